"""`python -m deploy.directory rebuild`: make the desk's directory as the bucket is, from nothing or after a mishap.

It counts the companies, then reads those whose row is missing or of another version, and removes the rows of those
that are gone; broken off, it goes on with what is left. Prints one JSON object with what was done. Exit 0 done, 2 for
wrong settings, 4 when the store or the database can't be reached.
"""

import argparse
import json
import sys
from dataclasses import asdict

import typer

from adapters import s3
from adapters.directory.following import AT_ONCE, Following, Rebuilt, companies_in
from adapters.directory.opening import opened
from adapters.s3 import S3Objects
from domain.errors import ActivaError, ServiceUnavailableError
from entry import UNREACHABLE, WRONG_SETTINGS
from settings import load

DONE = 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.directory", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("rebuild", help="compare every company's row with the bucket, and mend it")
    parser.parse_args()
    try:
        settings = load()
        store = s3.connect(**settings.s3.client_arguments(), connections=AT_ONCE)
        objects = S3Objects(store, settings.s3.bucket)
        table = opened(**settings.directory.place())
        table.prepare()
        done = _rebuilt(Following(table, objects), objects)
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    sys.stdout.write(json.dumps(asdict(done)) + "\n")
    return DONE


def _rebuilt(following: Following, objects: S3Objects) -> Rebuilt:
    sys.stderr.write("counting the companies in the bucket\n")
    number = sum(1 for _ in companies_in(objects))
    with typer.progressbar(length=number, label="reading", file=sys.stderr) as bar:
        return following.rebuild(bar.update)


if __name__ == "__main__":
    sys.exit(main())
