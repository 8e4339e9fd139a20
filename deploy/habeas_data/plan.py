"""What an erasure removes and what it must leave, with the reason and the day until which: decided, not yet done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from deploy.habeas_data.holdings import Held, TrailEvents
from deploy.habeas_data.letters_on_record import KeptThing, OnRecord
from domain.calendar import bogota_date
from domain.kinds import ERASURE, TRAIL, UPLOAD, Fate
from domain.retention import Retention, days_of, years_after

WHY: Final = {
    Fate.LETTER: (
        "accepted letter and what proves it: papers of a merchant, ten years from the loan's end "
        "(Ley 962 of 2005, article 28)"
    ),
    Fate.LOAN: (
        "dates of the loan, nothing personal: papers of a merchant, ten years from the loan's end "
        "(Ley 962 of 2005, article 28)"
    ),
    Fate.CONSENT: (
        "copy of the authorization: whoever treated the data must be able to prove it "
        "(Ley 1581 of 2012, article 17 b; Decreto 1377 of 2013, article 8)"
    ),
    Fate.RECORD: "ids of companies, and the reason that staff gave for all of them, without numbers: ends by age",
    Fate.GOES_WITH_CASE: (
        "the case goes on and needs it: no erasure while a contract lasts (Decreto 1377 of 2013, article 9)"
    ),
}
WHY_TRAIL: Final = (
    "who did what, by digests: proof of how the data were treated and of this erasure "
    "(Ley 1581 of 2012, article 17 d; Decreto 1377 of 2013, article 26)"
)
WHY_ERASURE: Final = "the record of this erasure, nothing personal"
WHY_LOCKED: Final = "the store has it locked; run this again after that day"


@dataclass(frozen=True)
class Plan:
    """What goes, and what stays."""

    goes: tuple[Held, ...]
    stays: tuple[KeptThing, ...]

    def counted(self) -> dict[str, int]:
        """Return how many versions go, by their kind."""
        counted: dict[str, int] = {}
        for each in self.goes:
            counted[each.kind.name] = counted.get(each.kind.name, 0) + 1
        return counted


def plan(
    held: Sequence[Held],
    trail: Iterable[TrailEvents],
    record: OnRecord,
    retention: Retention,
    *,
    today: date,
    case_ends_on: date | None,
) -> Plan:
    """Return the plan; `case_ends_on` is set where the case goes on: the least until which it needs what it needs.

    What had to stay until a day that is past goes, but for the trail, which is a chain. Of evidence every version
    stays. What a case goes on with is what it reads: what was replaced goes.
    """
    goes: list[Held] = []
    stays: dict[str, KeptThing] = {}
    for each in held:
        until, fate = _until(each, record, retention, case_ends_on), each.kind.fate
        is_read = each.version.is_latest and not each.version.is_marker
        if until is None or until < today or (fate is Fate.GOES_WITH_CASE and not is_read):
            goes.append(each)
        else:
            why = WHY_ERASURE if each.kind is ERASURE else WHY[_reason(each, record)]
            stays.setdefault(each.key, KeptThing(key=each.key, kind=each.kind.name, why=why, until=until))
    for batch in trail:
        until = years_after(bogota_date(batch.version.stored_at), retention.letter_years)
        stays[batch.version.key] = KeptThing(key=batch.version.key, kind=TRAIL.name, why=WHY_TRAIL, until=until)
    return Plan(tuple(goes), tuple(stays.values()))


def _reason(held: Held, record: OnRecord) -> Fate:
    is_waiting = held.kind.fate is Fate.LETTER and held.upload_id in record.undecided
    return Fate.GOES_WITH_CASE if is_waiting else held.kind.fate


def _until(held: Held, record: OnRecord, retention: Retention, case_ends_on: date | None) -> date | None:
    """Return the day until which something stays, or None when it goes."""
    stored_on, fate = bogota_date(held.version.stored_at), held.kind.fate
    by_law = years_after(max(record.loan_ends_on or stored_on, stored_on), retention.letter_years)
    if fate is Fate.LETTER and held.upload_id not in record.accepted | record.untold:
        return case_ends_on if held.upload_id in record.undecided else None
    if fate in {Fate.LETTER, Fate.LOAN, Fate.CONSENT}:
        return by_law
    if fate is Fate.RECORD:
        ends_by_age = held.kind.expiry if held.is_shared else None
        return stored_on + timedelta(days=days_of(ends_by_age, retention)) if ends_by_age else None
    return case_ends_on if fate is Fate.GOES_WITH_CASE and _is_needed(held, record) else None


def _is_needed(held: Held, record: OnRecord) -> bool:
    """Tell whether a case that goes on needs something: of an upload, until it is judged, then if it may count."""
    if held.kind is UPLOAD:
        return held.upload_id not in record.judged
    return held.upload_id is None or held.upload_id in record.accepted | record.undecided
