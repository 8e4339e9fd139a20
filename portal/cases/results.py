"""What each case made of a batch: whom it was meant for is kept when it starts, the rest is asked of the cases.

Temporal only counts. A case tells what it took, by whom and when, and what it refused. A case that says neither was
not reached once a batch was stopped, or is over for a while.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from adapters.batches import Batch
from adapters.case_list import CaseList, Filter
from domain.bucket import batch_key
from domain.errors import CaseNotFoundError, NoWorkerError
from domain.messages.models import Message
from domain.model import Model, canonical_bytes
from domain.views.earlier import RejectedSignal
from domain.views.stage import Stage
from portal.cases.desk import Desk
from portal.cases.desk_facts import DeskFacts

MOST_KEPT: Final = 10_000
LISTED_AT_ONCE: Final = 500
ON_ITS_WAY: Final = timedelta(minutes=1)
"""For how long after a batch's end a case may still be about to take what it was sent."""


class Meant(Model):
    """Whom a batch was meant for, in the order of its list, and what was sent; `cut` when there were more."""

    signal: str
    by: str
    company_ids: tuple[str, ...]
    cut: bool = False
    rehearsed_by: str | None = None
    confirmed_by: str | None = None
    digest: str | None = None
    """Of the set that was rehearsed; a batch of before has none of these."""


class Made(StrEnum):
    """What a case made of a batch's signal."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    MISSED = "missed"
    """It says neither, and nothing is on its way any more."""
    SILENT = "silent"
    """It does not answer, or is no more."""


@dataclass(frozen=True)
class Result:
    """What one case made of it."""

    company_id: str
    made: Made
    refused: RejectedSignal | None = None


async def listed(cases: CaseList, wanted: Filter, signal: str, message: Message, most: int = MOST_KEPT) -> Meant:
    """Return whom a batch is meant for, as the list of cases stands; nobody for closed cases, which take nothing.

    Their companies may have open ones, which a batch would reach in their place.
    """
    found: dict[str, None] = {}
    if wanted.stage is Stage.CLOSED:
        return Meant(signal=signal, by=message.by, company_ids=())
    page = await cases.page(wanted, LISTED_AT_ONCE)
    while True:
        found.update((each.company_id, None) for each in page.cases)
        if page.next_token is None or len(found) > most:
            break
        page = await cases.page(wanted, LISTED_AT_ONCE, page.next_token)
    return Meant(signal=signal, by=message.by, company_ids=tuple(found)[:most], cut=len(found) > most)


async def keep(desk: Desk, job_id: str, meant: Meant) -> None:
    """Store whom a batch is meant for."""
    await asyncio.to_thread(desk.objects.put, batch_key(job_id), canonical_bytes(meant), "application/json")


async def kept(desk: Desk, job_id: str) -> Meant | None:
    """Return whom a batch was meant for; None when it was not started at the desk."""
    stored = await asyncio.to_thread(desk.objects.get, batch_key(job_id))
    return None if stored is None else Meant.model_validate_json(stored.data)


async def results(desk: Desk, batch: Batch, meant: Meant, company_ids: tuple[str, ...], now: datetime) -> list[Result]:
    """Return what these cases made of a batch, each asked at the same time."""
    return await asyncio.gather(*(_result(desk, batch, meant, company_id, now) for company_id in company_ids))


async def _result(desk: Desk, batch: Batch, meant: Meant, company_id: str, now: datetime) -> Result:
    try:
        facts = await desk.facts(company_id)
    except (NoWorkerError, CaseNotFoundError):
        return Result(company_id, Made.SILENT)
    return made_of(facts, batch, meant, now)


def made_of(facts: DeskFacts, batch: Batch, meant: Meant, now: datetime) -> Result:
    """Return what a case has made of a batch.

    A case that is closing already takes another closing as a repetition, which leaves no line.
    """
    started_at = batch.started_at.replace(microsecond=0)  # a case's own instants are whole seconds
    if meant.signal == "activation_closed" and facts.closing is not None:
        return Result(facts.company_id, Made.TAKEN)
    for event in facts.timeline:
        if (event.action, event.actor) == (meant.signal, meant.by) and event.at >= started_at:
            return Result(facts.company_id, Made.TAKEN)
    for refused in reversed(facts.rejected_signals):
        if refused.name == meant.signal and refused.time >= started_at:
            return Result(facts.company_id, Made.REFUSED, refused)
    over = batch.ended_at is not None and now - batch.ended_at > ON_ITS_WAY
    return Result(facts.company_id, Made.MISSED if over or batch.state == "failed" else Made.NOT_YET)
