"""What is on record of a company's loan, under its key or under the one of before."""

import json
from datetime import date

from activities.ports import Objects, StoredObject
from domain.bucket import (
    first_acceptance_key,
    loan_revocation_key,
    old_first_acceptance_key,
    old_loan_revocation_key,
)
from domain.case.loan import FirstAcceptance
from domain.model import as_known_json


def first_acceptance(objects: Objects, company_id: str) -> FirstAcceptance | None:
    """Return the evidence that dates the loan, or None without any; raises ValueError when it can't be read."""
    found = objects.get(first_acceptance_key(company_id))
    if found is None:
        found = _of_kind(objects.get(old_first_acceptance_key(company_id)), other="revoked_on")
    return None if found is None else as_known_json(FirstAcceptance, found.data)


def revoked_on(objects: Objects, company_id: str) -> date | None:
    """Return the day on which the loan was taken back, or None; raises ValueError when it can't be read."""
    found = objects.get(loan_revocation_key(company_id))
    if found is None:
        found = _of_kind(objects.get(old_loan_revocation_key(company_id)), other="upload_id")
    if found is None:
        return None
    try:
        return date.fromisoformat(json.loads(found.data)["revoked_on"])
    except (TypeError, KeyError):
        raise ValueError("no day") from None


def _of_kind(found: StoredObject | None, other: str) -> StoredObject | None:
    """Return what lies under an old key, unless it is another company's: `A-revoked` and `A` shared theirs."""
    try:
        values = None if found is None else json.loads(found.data)
    except ValueError:
        return found
    return None if isinstance(values, dict) and other in values else found
