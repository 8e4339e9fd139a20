"""Erasing a company's data: rehearsed by `rehearse`, done by `erase`, which may be done again at any time.

What an erasure must know to come to the same result again is on record before anything is removed.
"""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

from adapters.snapshots import Snapshots, SnapshotUnusableError
from audit_trail.events import EventName
from deploy.habeas_data.elsewhere import NOT_REACHED
from deploy.habeas_data.ground import Ground
from deploy.habeas_data.holdings import Held, holdings, trail_events
from deploy.habeas_data.letters_on_record import Erasure, KeptThing, OnRecord, erasure, on_record
from deploy.habeas_data.plan import WHY_LOCKED, Plan, plan
from domain.bucket import erasure_key
from domain.calendar import bogota_date
from domain.errors import StoreUnavailableError
from domain.kinds import ERASURE, KINDS, Fate
from domain.messages.models import ActivationClosed
from domain.model import canonical_bytes

BY: Final = "operator"
KEPT_WITHIN: Final = timedelta(seconds=6)
LOOKED_EVERY: Final = timedelta(milliseconds=200)
MOST_ROUNDS: Final = 5
"""What runs when the erasure begins may write once more."""
_ENDS_BY_ITSELF: Final = frozenset({ERASURE.name, *(each.name for each in KINDS if each.fate is Fate.RECORD)})
"""What a later run need not come back for."""
Json = dict[str, Any]


async def rehearse(ground: Ground, company_id: str, *, keep_case: bool) -> Json | None:
    """Return what an erasure would come to; None when nothing is stored about the company."""
    facts, is_open = await ground.facts(company_id)
    goes_on = is_open and keep_case
    record, found = await asyncio.to_thread(_planned, ground, company_id, facts, goes_on)
    runs = await ground.removal.runs(company_id)
    places = {each.name: len(await asyncio.to_thread(each.stored, company_id)) for each in ground.elsewhere}
    if not (found.goes or found.stays or runs or any(places.values())):
        return None
    case = ("goes on" if keep_case else "would be closed") if is_open else "closed" if facts else "none"
    over = sum(1 for _, is_over in runs if is_over or not goes_on)
    return _answer(company_id, found, done=False, case=case, runs=over, places=places, loan_ends_on=record.loan_ends_on)


async def erase(ground: Ground, company_id: str, reason: str, *, keep_case: bool) -> Json:
    """Erase and return what was removed and what had to stay. The case is closed first, unless it is to go on."""
    await ground.trail.before("data_erased", company_id, reason)
    facts, is_open = await ground.facts(company_id)
    goes_on = is_open and keep_case
    if is_open and not goes_on:
        closing = ActivationClosed(by=BY, reason="data erased")
        await ground.cases.signal(company_id, "activation_closed", closing)
        await ground.removal.until_closed(company_id)
        await _until_kept(ground, company_id)
        facts, _ = await ground.facts(company_id)
    record, done = await asyncio.to_thread(_removed, ground, company_id, reason, facts, goes_on)
    runs = await ground.removal.remove(company_id, open_too=not goes_on)
    places = {each.name: await asyncio.to_thread(each.forget, company_id) for each in ground.elsewhere}
    now_held = await asyncio.to_thread(holdings, ground.store, company_id)
    left = await asyncio.to_thread(_plan, ground, company_id, now_held, record, goes_on)
    stays = {each.key: each for each in (*left.stays, *done.stays)}
    done = Plan(done.goes, tuple(stays.values()))
    counted = f"removed {len(done.goes)}, kept {len(done.stays)}"
    ground.trail.note(
        EventName.CHANGE, "success", kept=True, action="data_erased", about=counted, company_id=company_id
    )
    case = "goes on" if goes_on else "closed" if facts else "none"
    return _answer(company_id, done, done=True, case=case, runs=runs, places=places, loan_ends_on=record.loan_ends_on)


async def _until_kept(ground: Ground, company_id: str) -> None:
    """Return once the worker has written what the case knew last, seconds after its end: it would outlive the removal.

    A worker that was killed meanwhile writes nothing any more.
    """
    for _ in range(int(KEPT_WITHIN / LOOKED_EVERY)):
        try:
            kept = await asyncio.to_thread(Snapshots(ground.objects).read, company_id)
        except SnapshotUnusableError:
            return
        if kept is not None and kept.snapshot.closed:
            return
        await asyncio.sleep(LOOKED_EVERY.total_seconds())


def _planned(ground: Ground, company_id: str, facts: Json | None, goes_on: bool) -> tuple[OnRecord, Plan]:
    record = on_record(ground.objects, company_id, facts, ground.settings.policy.loan_days)
    held = holdings(ground.store, company_id)
    return record, _plan(ground, company_id, held, record, goes_on)


def _plan(ground: Ground, company_id: str, held: list[Held], record: OnRecord, goes_on: bool) -> Plan:
    today = bogota_date(ground.now())
    ends_on = max(record.loan_ends_on or today, today) if goes_on else None
    trail = trail_events(ground.store, company_id)
    return plan(held, trail, record, ground.settings.retention, today=today, case_ends_on=ends_on)


def _removed(ground: Ground, company_id: str, reason: str, facts: Json | None, goes_on: bool) -> tuple[OnRecord, Plan]:
    """Remove until a look finds nothing more to be removed; return everything that went and what stays."""
    record, found = _planned(ground, company_id, facts, goes_on)
    gone: dict[tuple[str, str], Held] = {}
    locked: tuple[KeptThing, ...] = ()
    for _ in range(MOST_ROUNDS):
        refused_before = {each.key for each in locked}
        left = [each for each in found.goes if each.key not in refused_before]
        if not left:
            return record, Plan(tuple(gone.values()), (*found.stays, *locked))
        _put_on_record(ground, company_id, reason, record, found)
        refused = {(each.key, each.version_id) for each in ground.store.remove(each.version for each in left)}
        gone |= {_id(each): each for each in left if _id(each) not in refused}
        locked += tuple(_locked(ground, each) for each in left if _id(each) in refused)
        found = _plan(ground, company_id, holdings(ground.store, company_id), record, goes_on)
    raise StoreUnavailableError(f"something still writes data of {company_id}; run this again")


def _id(held: Held) -> tuple[str, str]:
    return held.key, held.version.version_id


def _locked(ground: Ground, held: Held) -> KeptThing:
    protection = ground.store.protection(held.key, held.version.version_id)
    until = protection.locked_until if protection and protection.locked_until else ground.now()
    return KeptThing(key=held.key, kind=held.kind.name, why=WHY_LOCKED, until=bogota_date(until))


def _put_on_record(ground: Ground, company_id: str, reason: str, record: OnRecord, found: Plan) -> None:
    before = erasure(ground.objects, company_id)
    made = Erasure(
        company_id=company_id,
        erased_at=ground.now(),
        reason=reason,
        accepted=tuple(sorted(record.accepted)),
        loan_ends_on=record.loan_ends_on,
        kept=tuple(each for each in found.stays if each.kind not in _ENDS_BY_ITSELF),
    )
    if before is not None and not made.kept:
        return  # it would only begin its own ten years anew
    if before is None or before.model_copy(update={"erased_at": made.erased_at}) != made:
        ground.objects.put(erasure_key(company_id), canonical_bytes(made), "application/json")


def _answer(
    company_id: str,
    found: Plan,
    *,
    done: bool,
    case: str,
    runs: int,
    places: dict[str, int],
    loan_ends_on: date | None,
) -> Json:
    return {
        "company_id": company_id,
        "done": done,
        "case": case,
        "loan_ends_on": None if loan_ends_on is None else loan_ends_on.isoformat(),
        "removed": {**found.counted(), "temporal_runs": runs, **places},
        "kept": [each.model_dump(mode="json") for each in found.stays],
        "not_reached": list(NOT_REACHED),
    }
