"""Ends sessions of the portal at once, on every replica.

    python -m portal.sessions end --company C1001
    python -m portal.sessions end --staff ana
    python -m portal.sessions end --everybody

Prints one JSON line for each session that it ended, and how many on standard error. Exit 0, also when there was none to
end; 2 for wrong settings, 4 when the store can't be reached.
"""

import argparse
import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from adapters import s3
from adapters.s3 import S3Objects
from audit_trail.commands import recorded
from domain.errors import ActivaError, ServiceUnavailableError
from entry import UNREACHABLE, WRONG_SETTINGS
from portal.auth.live_sessions import LiveSessions
from settings import Settings, load


def main() -> int:
    """Run the command."""
    options = _parser().parse_args()
    try:
        settings = load()
        store = s3.connect(**settings.s3.client_arguments(), connections=1)
        ended = asyncio.run(_end(S3Objects(store, settings.s3.bucket), settings, options))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    sys.stderr.write(f"ended {ended} session{'' if ended == 1 else 's'}\n")
    return 0


async def _end(objects: S3Objects, settings: Settings, options: Namespace) -> int:
    async with recorded(objects, lambda: datetime.now(UTC), settings.audit.lock) as trail:
        whose = "company" if options.company else "staff" if options.staff else "everybody"
        await trail.before("sessions_ended", options.company, whose)
        ended = 0
        for each in LiveSessions(objects).end_all(company_id=options.company, staff=options.staff):
            sys.stdout.write(json.dumps(each, ensure_ascii=False) + "\n")
            ended += 1
    return ended


def _parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    end = actions.add_parser("end", help="end sessions")
    whose = end.add_mutually_exclusive_group(required=True)
    whose.add_argument("--company", metavar="COMPANY_ID", help="of a company's representatives")
    whose.add_argument("--staff", metavar="NAME", help="of one of the staff, by the name in the timelines")
    whose.add_argument("--everybody", action="store_true", help="all of them")
    return parser


if __name__ == "__main__":
    sys.exit(main())
