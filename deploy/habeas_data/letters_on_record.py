"""What is on record of a company's letters and loan, from the case where there is one and from the bucket where not.

A file's verdict in the bucket is the machine's; what a person decided afterwards stands in the case alone, or in its
archive, or in what an erasure before has left on record.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from activities import evidence
from adapters.s3 import S3Objects
from domain.bucket import SIGNED, archive_key, erasure_key
from domain.calendar import bogota_date
from domain.case.archive import taken_up
from domain.case.case import Case
from domain.letter.examination import Verdict
from domain.model import Model
from domain.views.status import status

Json = dict[str, Any]


class KeptThing(Model):
    """Something that an erasure had to leave."""

    key: str
    kind: str
    why: str
    until: date


class Erasure(Model):
    """What stays on record of the latest erasure, without anything personal, and what it had to know of letters."""

    company_id: str
    erased_at: datetime
    reason: str
    accepted: tuple[str, ...] = ()
    loan_ends_on: date | None = None
    kept: tuple[KeptThing, ...] = ()


@dataclass(frozen=True)
class OnRecord:
    """Which uploads were accepted, wait for a person, have a verdict; when the loan ends or has ended, in Bogotá."""

    accepted: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    """What the machine left to a person while no case tells what they decided."""
    loan_ends_on: date | None = None


def archived_status(objects: S3Objects, company_id: str, now: datetime) -> Json | None:
    """Return what a closed case would tell of itself, from its archive; None without one that can be read."""
    found = objects.get(archive_key(company_id))
    if found is None:
        return None
    try:
        values, _ = taken_up(json.loads(found.data), {})
    except (ValueError, RecursionError):
        return None
    return None if values is None else status(Case.restored(values), now)


def erasure(objects: S3Objects, company_id: str) -> Erasure | None:
    """Return what is on record of an erasure before."""
    found = objects.get(erasure_key(company_id))
    return None if found is None else Erasure.model_validate_json(found.data)


def on_record(objects: S3Objects, company_id: str, facts: Json | None, loan_days: int) -> OnRecord:
    """Return what is on record; `facts` is the case's status, `loan_days` counts where nobody tells the loan's end."""
    before = erasure(objects, company_id)
    first = evidence.first_acceptance(objects, company_id)
    verdicts = dict(_verdicts(objects, company_id))
    versions = facts["letter"]["versions"] if facts else []
    verdicts |= {each["upload_id"]: each["verdict"] for each in versions}
    accepted = {upload for upload, verdict in verdicts.items() if verdict == Verdict.ACCEPTED}
    accepted |= {first.upload_id} if first else set()
    accepted |= set(before.accepted if before else ())
    waiting = (each for each in versions if not (each["withdrawn"] or each["superseded"]))
    review = {upload for upload, verdict in verdicts.items() if verdict == Verdict.UNDER_REVIEW}
    untold = review - accepted if facts is None and before is None else set[str]()
    undecided = {each["upload_id"] for each in waiting if each["verdict"] == Verdict.UNDER_REVIEW}
    ends_on = _told_end(facts)
    if ends_on is None and before is not None:
        ends_on = before.loan_ends_on
    if ends_on is None and first is not None:
        ends_on = bogota_date(first.received_at) + timedelta(days=loan_days)
    return OnRecord(
        frozenset(accepted), frozenset(undecided - accepted), frozenset(verdicts), frozenset(untold), ends_on
    )


def _told_end(facts: Json | None) -> date | None:
    loan = facts["loan"] if facts else None
    return None if loan is None else date.fromisoformat(loan["ended_on"] or loan["ends_on"])


def _verdicts(objects: S3Objects, company_id: str) -> Iterable[tuple[str, str]]:
    for key, _ in objects.list(f"{SIGNED}{company_id}/"):
        if key.endswith(".json") and (found := objects.get(key)) is not None:
            upload_id = key.removeprefix(f"{SIGNED}{company_id}/").removesuffix(".json")
            yield upload_id, str(json.loads(found.data).get("verdict"))
