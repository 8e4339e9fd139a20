"""`python -m deploy.undelete`: bring back what was deleted from the bucket, as long as the store keeps its versions.

The product deletes nothing so that it could be brought back: it removes versions for good, or the store's lifecycle
deletes by age. Whatever else bears the mark of a deletion was deleted by somebody else. With `--below` only keys that
begin so are looked at; with `--dry-run` nothing is changed. Prints each key on standard error and one JSON object on
standard output. Exit 0 done, 2 wrong settings, 4 the store can't be reached.
"""

import argparse
import asyncio
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from adapters import s3
from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions, Version
from audit_trail.commands import recorded
from domain.errors import ActivaError, ServiceUnavailableError
from domain.retention import Retention, rules
from entry import UNREACHABLE, WRONG_SETTINGS
from settings import Settings, load

DONE = 0


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.undelete", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--below", default="", metavar="PREFIX", help="only keys that begin so, as in profiles/C1001/")
    parser.add_argument("--dry-run", action="store_true", help="only print what would come back")
    options = parser.parse_args()
    try:
        number = asyncio.run(_run(load(), options))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    sys.stdout.write(json.dumps({"brought_back": number, "dry_run": options.dry_run}) + "\n")
    return DONE


async def _run(settings: Settings, options: Namespace) -> int:
    client = s3.connect(**settings.s3.client_arguments(), connections=1)
    store = S3Versions(client, settings.s3.bucket)
    number = 0
    async with recorded(S3Objects(client, settings.s3.bucket), lambda: datetime.now(UTC), settings.audit.lock) as trail:
        if not options.dry_run:
            await trail.before("objects_brought_back", None, options.below or "everything")
        for key, markers in deleted(store, settings.retention, options.below):
            if not options.dry_run:
                store.remove(markers)
            sys.stderr.write(f"{key}\n")
            number += 1
    return number


def deleted(store: S3Versions, retention: Retention, below: str = "") -> Iterator[tuple[str, list[Version]]]:
    """Yield each key that was deleted and does not end by age, with the markers that lie on its last version."""
    for key, found in groupby(store.below(below), key=lambda each: each.key):
        versions = list(found)
        stored = [each for each in versions if not each.is_marker]
        if not versions[0].is_marker or not stored or _ends_by_age(retention, key):
            continue
        last = max(stored, key=lambda each: each.stored_at)
        if not _is_let_go(store, retention, last):
            yield key, [each for each in versions if each.is_marker and each.stored_at >= last.stored_at]


def _ends_by_age(retention: Retention, key: str) -> bool:
    return any(rule.tag is None and key.startswith(rule.prefix) for rule in rules(retention))


def _is_let_go(store: S3Versions, retention: Retention, last: Version) -> bool:
    """Tell whether the store was to remove it by its tag."""
    if not any(rule.tag and last.key.startswith(rule.prefix) for rule in rules(retention)):
        return False
    found = store.protection(last.key, last.version_id)
    return found is not None and found.is_tagged


if __name__ == "__main__":
    sys.exit(main())
