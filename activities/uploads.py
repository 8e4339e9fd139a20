"""Taking an uploaded letter: checked bytes become evidence, and the first acceptance fixes the loan's date."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.letters import PDF
from activities.ports import Objects, StoredObject
from activities.profiles import JSON
from domain.contract import first_acceptance_key, inbox_key, signed_letter_key, verdict_key
from domain.jobs import (
    AcceptanceRecorded,
    CheckUploadRequest,
    RecordAcceptanceRequest,
    UploadChecked,
)
from domain.loan import FirstAcceptance
from domain.notices import Reason
from domain.signed_letter import Verdict

MISSING = Reason(
    code="missing_file", message="No recibimos el archivo. Adjunta la carta de nuevo y espera a que termine de subir."
)

CLOCKS_AGREE = timedelta(minutes=5)
"""Servers' clocks differ by less; time that is skipped differs by more."""


class UploadChecker(Protocol):
    """Looks at a file without trusting it."""

    def __call__(self, data: bytes, size_bytes: int, limit_bytes: int) -> tuple[Verdict, tuple[Reason, ...]]:
        """Return the verdict and its reasons, in Spanish for the person who uploaded.

        Of a file larger than the limit only the beginning is given, and its whole size.
        """


class UploadActivities:
    """The steps that turn an upload into evidence. `now` is the worker's clock, aware."""

    def __init__(self, objects: Objects, check: UploadChecker, now: Callable[[], datetime]) -> None:
        self._objects = objects
        self._check = check
        self._now = now

    @activity.defn
    def check_upload(self, request: CheckUploadRequest) -> UploadChecked:
        """Return the verdict on a file of the inbox; asked twice, it answers with the verdict on record."""
        earlier = self._objects.get(verdict_key(request.company_id, request.upload_id))
        checked = UploadChecked.model_validate_json(earlier.data) if earlier is not None else self._checked(request)
        if checked.verdict is not Verdict.ACCEPTED:
            return checked
        first = self._first_acceptance(request, checked.received_at) if request.starts_loan else None
        return checked.model_copy(update={"first_acceptance": first})

    def _checked(self, request: CheckUploadRequest) -> UploadChecked:
        signed_key = signed_letter_key(request.company_id, request.upload_id)
        found = self._objects.get(signed_key) or self._objects.get(
            inbox_key(request.company_id, request.upload_id), request.limit_bytes
        )
        if found is None:
            return UploadChecked(verdict=Verdict.REJECTED, received_at=request.asked_at, reasons=(MISSING,))
        verdict, reasons = self._check(found.data, found.size_bytes, request.limit_bytes)
        if verdict is not Verdict.REJECTED:
            # The bytes that were checked are written, never copied by key: the inbox may have changed meanwhile.
            self._objects.put_new(signed_key, found.data, PDF)
        checked = UploadChecked(
            verdict=verdict,
            received_at=self._received_at(found, request.asked_at),
            sha256=hashlib.sha256(found.data).hexdigest(),
            reasons=reasons,
        )
        key = verdict_key(request.company_id, request.upload_id)
        self._objects.put_new(key, checked.model_dump_json().encode(), JSON)
        return checked

    def _received_at(self, found: StoredObject, asked_at: datetime) -> datetime:
        """Return when the file arrived: the store's time of writing, so that no outage of ours dates a loan late.

        Where time is skipped the case's clock runs ahead of the wall's, and what the wall dated is moved along.
        """
        ahead = asked_at - self._now()
        return found.stored_at + ahead if ahead > CLOCKS_AGREE else found.stored_at

    @activity.defn
    def record_acceptance(self, request: RecordAcceptanceRequest) -> AcceptanceRecorded:
        """Write down an acceptance that a person decided; the company's first one stands for ever."""
        return AcceptanceRecorded(first_acceptance=self._first_acceptance(request, request.received_at))

    def _first_acceptance(
        self, request: CheckUploadRequest | RecordAcceptanceRequest, received_at: datetime
    ) -> FirstAcceptance:
        key = first_acceptance_key(request.company_id)
        mine = FirstAcceptance(upload_id=request.upload_id, received_at=received_at)
        if self._objects.put_new(key, mine.model_dump_json().encode(), JSON):
            return mine
        stored = self._objects.get(key)
        return mine if stored is None else FirstAcceptance.model_validate_json(stored.data)
