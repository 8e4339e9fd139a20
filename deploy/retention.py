"""`python -m deploy.retention`: what retention asks for and no store can know by itself; run it once a day.

- Letters that were accepted are locked until ten years after the loan's end (S3 Object Lock, governance).
- What is kept of a letter that was not accepted is tagged, which lets the store's lifecycle remove it.
- What an erasure had to leave until a day that is past is removed.

A letter that waits for a person is left alone, and so is one of which no case tells what a person has decided. Only
cases with something new are asked. With `--dry-run` it counts and changes nothing. Prints one JSON object. Exit 0 done,
2 wrong settings, 4 a server can't be reached, or no worker answers for some cases, which are left for the next run.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import time
from itertools import groupby
from typing import Final

from adapters import temporal
from deploy.habeas_data.__main__ import grounded
from deploy.habeas_data.erase import erase
from deploy.habeas_data.ground import Ground
from deploy.habeas_data.letters_on_record import Erasure, OnRecord, on_record
from domain.bucket import SIGNED, verdict_key
from domain.calendar import bogota_date, bogota_instant
from domain.errors import ActivaError, NoWorkerError, ServiceUnavailableError
from domain.kinds import ERASURE, kind_of, upload_of
from domain.kinds import SIGNED as SIGNED_LETTER
from domain.retention import REJECTED_TAG, years_after
from settings import load

DONE, WRONG_SETTINGS, UNREACHABLE = 0, 2, 4
_END_OF_DAY: Final = time(23, 59, 59)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.retention",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
    options = parser.parse_args()
    try:
        counted = asyncio.run(_run(dry_run=options.dry_run))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    sys.stdout.write(json.dumps(counted) + "\n")
    return UNREACHABLE if counted["unanswered"] else DONE


async def _run(*, dry_run: bool) -> dict[str, int]:
    async with grounded(load()) as ground:
        return await keep(ground, dry_run=dry_run)


async def keep(ground: Ground, *, dry_run: bool = False) -> dict[str, int]:
    """Lock, tag and remove what is due, and return how much; without a change where it is a rehearsal."""
    counted: Counter[str] = Counter()
    for company_id, uploads in await asyncio.to_thread(lambda: list(_unsettled(ground))):
        try:
            facts, _ = await ground.facts(company_id)
        except NoWorkerError:
            counted["unanswered"] += 1
            continue
        counted.update(await asyncio.to_thread(_settle, ground, company_id, uploads, facts, dry_run))
    for record in await asyncio.to_thread(lambda: list(_due(ground))):
        facts, _ = await ground.facts(record.company_id)
        if facts is not None:  # the company came back
            continue
        counted["erased"] += 1
        if not dry_run:
            await erase(ground, record.company_id, record.reason, keep_case=False)
    names = ("locked", "tagged", "waiting", "unanswered", "erased")
    return {name: counted[name] for name in names}


def _unsettled(ground: Ground) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Yield each company with keys, upload by upload, of letters that are neither locked nor tagged yet."""
    keys = (key for key, _ in ground.objects.list(SIGNED))
    for company_id, theirs in groupby(keys, key=lambda key: key.removeprefix(SIGNED).partition("/")[0]):
        uploads: dict[str, list[str]] = {}
        there = list(theirs)
        for key in there:
            if (upload_id := upload_of(company_id, key, frozenset(there))) is not None:
                uploads.setdefault(upload_id, []).append(key)
        left = {upload: found for upload, found in uploads.items() if not _is_settled(ground, company_id, upload)}
        if left:
            yield company_id, left


def _is_settled(ground: Ground, company_id: str, upload_id: str) -> bool:
    # The verdict is the last to be locked or tagged.
    found = ground.store.protection(verdict_key(company_id, upload_id))
    return found is not None and (found.is_tagged or found.locked_until is not None)


def _settle(
    ground: Ground, company_id: str, uploads: dict[str, list[str]], facts: dict[str, object] | None, dry_run: bool
) -> Counter[str]:
    record = on_record(ground.objects, company_id, facts, ground.settings.policy.loan_days)
    counted: Counter[str] = Counter()
    for upload_id, keys in uploads.items():
        done = _what(ground, record, upload_id)
        counted[done] += 1
        if dry_run or done not in {"locked", "tagged"}:
            continue
        last = verdict_key(company_id, upload_id)
        for key in sorted(keys, key=lambda each: each == last):
            if done == "tagged":
                ground.store.tag(key, REJECTED_TAG)
            elif kind_of(company_id, key, frozenset(keys)) is SIGNED_LETTER:
                _lock(ground, record, key)
    return counted


def _what(ground: Ground, record: OnRecord, upload_id: str) -> str:
    if upload_id in record.accepted:
        return "locked" if ground.settings.retention.lock_letters else "left"
    if upload_id in record.undecided | record.untold:
        return "waiting"
    return "tagged" if upload_id in record.judged else "left"


def _lock(ground: Ground, record: OnRecord, key: str) -> None:
    """Lock to the end of the day, in Bogotá, ten years after the loan's end, or after its own day where that is later.

    A store locks for what is to come only.
    """
    found = ground.store.protection(key)
    if found is None:
        return
    stored_on = bogota_date(found.stored_at)
    last = max(record.loan_ends_on or stored_on, stored_on)
    until = bogota_instant(years_after(last, ground.settings.retention.letter_years), _END_OF_DAY)
    if until > ground.now():
        ground.store.lock(key, until)


def _due(ground: Ground) -> Iterator[Erasure]:
    today = bogota_date(ground.now())
    for key, _ in ground.objects.list(ERASURE.prefix):
        found = ground.objects.get(key)
        record = None if found is None else Erasure.model_validate_json(found.data)
        if record is not None and any(each.until < today for each in record.kept):
            yield record


if __name__ == "__main__":
    temporal.leave_process(main())
