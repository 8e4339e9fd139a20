"""`python -m deploy.audit verify`: tell whether the stored audit trail is whole, and as it was written.

Prints one JSON object with what was counted; each thing that is wrong is a line on standard error. Exit 0 when nothing
is, 1 when something is, 2 for wrong settings, 4 when the store can't be reached.
"""

import argparse
import json
import sys
from typing import Final

from adapters import s3
from adapters.s3 import S3Objects
from audit_trail.chain import verify
from domain.errors import ActivaError, ServiceUnavailableError
from entry import UNREACHABLE, WRONG_SETTINGS
from settings import load

WHOLE: Final = 0
BROKEN: Final = 1


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("verify", help="read the whole trail and name whatever is not as it was written")
    parser.parse_args()
    try:
        settings = load()
        store = s3.connect(**settings.s3.client_arguments(), connections=1)
        found = verify(S3Objects(store, settings.s3.bucket))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    counted = {name: getattr(found, name) for name in ("chains", "batches", "events", "unfinished")}
    sys.stdout.write(json.dumps({**counted, "problems": len(found.problems)}) + "\n")
    for problem in found.problems:
        sys.stderr.write(f"{problem}\n")
    return BROKEN if found.problems else WHOLE


if __name__ == "__main__":
    sys.exit(main())
