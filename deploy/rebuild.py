"""`python -m deploy.rebuild`: start every case anew from the bucket, after the loss of Temporal's database.

Run `python -m deploy.bootstrap` first. Cases that Temporal has are left alone, so it may be broken off and run again,
and beside workers. With --dry-run it changes nothing and prints, on standard error, each case that is missing or whose
snapshot is behind. With --reopen it starts only the companies named, also where their case was terminated.

Prints one JSON object on standard output. Exit 0 done; 1 a case could not be started, each named; 2 wrong settings;
4 a server can't be reached.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from adapters import encryption, s3, temporal
from audit_trail.commands import recorded
from deploy.namespace import DEFAULT_RETENTION, retention_of
from deploy.rebuilding import Outcome, Rebuilding, Told
from domain.errors import ActivaError, ServiceUnavailableError
from entry import UNREACHABLE, WRONG_SETTINGS
from settings import Settings, load

DONE: Final = 0
NOT_ALL: Final = 1
FAILED: Final = frozenset({Outcome.UNUSABLE, Outcome.NOT_REOPENED})
DIFFERENT: Final = frozenset({Outcome.STARTED, Outcome.BEHIND, *FAILED})


def main(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only print what differs")] = False,
    reopen: Annotated[
        list[str] | None, typer.Option("--reopen", metavar="COMPANY_ID", help="only this one; may be repeated")
    ] = None,
    per_second: Annotated[float, typer.Option(min=0.1, max=1000, help="how many cases in a second")] = 50,
) -> None:
    """Start every case anew from the bucket; safe to run again."""
    try:
        told, seconds = asyncio.run(_run(load(), dry_run, reopen or [], per_second))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        temporal.leave_process(UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS)
    counted = Counter(each.outcome for each in told)
    for each in told:
        if each.outcome in FAILED or (dry_run and each.outcome in DIFFERENT):
            sys.stderr.write(f"{each.company_id}: {each.why}\n")
    report = {
        "cases": len(told),
        **{outcome.value: counted[outcome] for outcome in Outcome},
        "differences": sum(counted[each] for each in DIFFERENT),
        "billable_actions": 0 if dry_run else counted[Outcome.STARTED],
        "seconds": round(seconds, 1),
        "dry_run": dry_run,
    }
    sys.stdout.write(json.dumps(report) + "\n")
    temporal.leave_process(NOT_ALL if any(counted[each] for each in FAILED) else DONE)


async def _run(settings: Settings, dry_run: bool, reopen: list[str], per_second: float) -> tuple[list[Told], float]:
    store = s3.S3Objects(s3.connect(**settings.s3.client_arguments(), connections=16), settings.s3.bucket)
    client = await temporal.connect(codec=encryption.codec(settings.encryption, store))
    began, told = time.monotonic(), list[Told]()
    async with recorded(store, lambda: datetime.now(UTC), settings.audit.lock) as trail:
        kept_for = await retention_of(client) or DEFAULT_RETENTION
        rebuilding = Rebuilding(client, store, trail, kept_for=kept_for, rehearse=dry_run)
        if reopen:
            told = [await rebuilding.reopen(each) for each in reopen]
        else:
            companies = await rebuilding.companies()
            with typer.progressbar(length=len(companies), label="cases", file=sys.stderr) as bar:

                def done(one: Told) -> None:
                    told.append(one)
                    bar.update(1)

                await rebuilding.all(companies, per_second, done)
    return told, time.monotonic() - began


if __name__ == "__main__":
    typer.run(main)
