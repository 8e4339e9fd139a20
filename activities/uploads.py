"""Taking an uploaded letter: checked bytes become evidence, and the first acceptance fixes the loan's date."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field
from temporalio import activity

from activities import evidence
from activities.letters import PDF
from activities.ports import Objects, StoredObject
from activities.profiles import JSON
from domain.bucket import (
    first_acceptance_key,
    flattened_letter_key,
    inbox_key,
    inbox_part_key,
    letter_content_key,
    letter_key,
    loan_revocation_key,
    original_key,
    signed_letter_key,
    verdict_key,
)
from domain.calendar import bogota_date
from domain.case.jobs import (
    AcceptanceRecorded,
    CheckUploadRequest,
    RecordAcceptanceRequest,
    RecordRevocationRequest,
    UploadChecked,
)
from domain.case.loan import FirstAcceptance
from domain.errors import ServiceUnavailableError, StoreUnavailableError
from domain.letter.content import LetterContent
from domain.letter.examination import (
    DEFAULT_INTAKE_BYTES,
    MOST_FILES,
    Conversion,
    Examination,
    LetterOnRecord,
    Measured,
    Verdict,
)
from domain.letter.file_kind import FileKind, kind_of
from domain.model import as_known_json
from domain.reason import Reason

MISSING = Reason(
    code="missing_file", message="No recibimos el archivo. Adjunta la carta de nuevo y espera a que termine de subir."
)

CLOCKS_AGREE = timedelta(minutes=5)
"""Servers' clocks differ by less; time that is skipped differs by more."""


class Examiner(Protocol):
    """Looks at files without trusting them."""

    def examine(self, files: Sequence[bytes], size_bytes: int, letter: LetterOnRecord) -> Examination:
        """Return what an upload is, compared with the letter that was issued; several files are photos of it.

        Of an upload that is too large its beginning is given, and the size of the whole.
        """

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:
        """Return pictures of the file's pages as a PDF that is safe to show, or None when it can't be drawn."""


class LetterMissingError(ServiceUnavailableError):
    """The issued letter is not in the store, so nothing can be compared with it."""


class KeptVerdict(UploadChecked):
    """The verdict as evidence: with the figures it rests on, and what became of the files that came."""

    measured: Measured = Field(default_factory=dict)
    converted: Conversion | None = None


class UploadActivities:
    """The steps that turn an upload into evidence. `now` is the worker's clock, aware."""

    def __init__(
        self,
        objects: Objects,
        examiner: Examiner,
        now: Callable[[], datetime],
        intake_bytes: int = DEFAULT_INTAKE_BYTES,
    ) -> None:
        self._objects = objects
        self._examiner = examiner
        self._now = now
        self._intake_bytes = intake_bytes

    @activity.defn
    def check_upload(self, request: CheckUploadRequest) -> UploadChecked:
        """Return the verdict on a file of the inbox; asked twice, it answers with the verdict on record."""
        checked = self._kept(request.company_id, request.upload_id) or self._checked(request)
        if checked.verdict is not Verdict.ACCEPTED:
            return checked
        day = bogota_date(checked.received_at)
        if not request.starts_loan or any(first <= day <= last for first, last in request.own_days):
            return checked
        return checked.model_copy(update={"first_acceptance": self._first_acceptance(request, checked.received_at)})

    def _kept(self, company_id: str, upload_id: str) -> UploadChecked | None:
        found = self._objects.get(verdict_key(company_id, upload_id))
        if found is None:
            return None
        kept = as_known_json(KeptVerdict, found.data)
        return UploadChecked.model_validate(kept.model_dump(exclude={"measured", "converted"}))

    def _checked(self, request: CheckUploadRequest) -> UploadChecked:
        files = self._files(request)
        if not files:
            return UploadChecked(verdict=Verdict.REJECTED, received_at=request.asked_at, reasons=(MISSING,))
        size_bytes = sum(each.size_bytes for each in files)
        examined = self._examiner.examine([each.data for each in files], size_bytes, self._letter(request))
        document = examined.document or files[0].data
        if examined.verdict is not Verdict.REJECTED:
            self._keep(request, examined, files)
        checked = UploadChecked(
            verdict=examined.verdict,
            received_at=self._received_at(self._arrived(request, files[0]), request.asked_at),
            sha256=hashlib.sha256(document).hexdigest(),
            reasons=examined.reasons,
        )
        kept = KeptVerdict(**checked.model_dump(), measured=examined.measured, converted=examined.converted)
        key = verdict_key(request.company_id, request.upload_id)
        self._objects.put_new(key, kept.model_dump_json(exclude_none=True).encode(), JSON)
        return checked

    def _files(self, request: CheckUploadRequest) -> list[StoredObject]:
        """Return what came: as an attempt that broke off has kept it, or else from the inbox, which may change."""
        company_id, upload_id = request.company_id, request.upload_id
        if kept := self._parts(lambda part: original_key(company_id, upload_id, part)):
            return kept
        if document := self._objects.get(signed_letter_key(company_id, upload_id)):
            return [document]
        return self._parts(
            lambda part: inbox_key(company_id, upload_id) if part == 1 else inbox_part_key(company_id, upload_id, part)
        )

    def _parts(self, key: Callable[[int], str]) -> list[StoredObject]:
        """Return a file, or every photo of an upload, as far as they are not too large together."""
        found: list[StoredObject] = []
        left = self._intake_bytes
        for part in range(1, MOST_FILES + 2):
            each = self._objects.get(key(part), max(left, 0))
            if each is None:
                break
            found.append(each)
            left -= len(each.data)
            kind = kind_of(each.data)
            if left < 0 or kind is None or not kind.is_picture:
                break
        return found

    def _keep(self, request: CheckUploadRequest, examined: Examination, files: list[StoredObject]) -> None:
        """Keep what was checked, the very bytes and never a copy by key: the inbox may have changed meanwhile.

        What it was made from comes first: an attempt that breaks off in between is then made again from that.
        """
        company_id, upload_id = request.company_id, request.upload_id
        if examined.document is not None:
            for part, each in reversed(list(enumerate(files, 1))):
                kind = kind_of(each.data) or FileKind.PDF
                self._objects.put_new(original_key(company_id, upload_id, part), each.data, kind.value)
        document = examined.document or files[0].data
        self._objects.put_new(signed_letter_key(company_id, upload_id), document, PDF)
        self._keep_flattened(request, document)

    def _arrived(self, request: CheckUploadRequest, found: StoredObject) -> StoredObject:
        """Return the object that was there first: an attempt that broke off may have kept a copy days later."""
        uploaded = self._objects.get(inbox_key(request.company_id, request.upload_id), 0)
        return found if uploaded is None or found.stored_at <= uploaded.stored_at else uploaded

    def _letter(self, request: CheckUploadRequest) -> LetterOnRecord:
        content = self._objects.get(letter_content_key(request.company_id, request.folio))
        pdf = self._objects.get(letter_key(request.company_id, request.folio))
        if content is None or pdf is None:
            raise LetterMissingError(
                f"letter {request.folio} is not in the store; restore it from the bucket's versions"
            )
        return LetterOnRecord(
            content=LetterContent.model_validate_json(content.data),
            pdf=pdf.data,
            older_folios=request.older_folios,
            limit_bytes=request.limit_bytes,
            intake_bytes=self._intake_bytes,
        )

    def _keep_flattened(self, request: CheckUploadRequest, data: bytes) -> None:
        """Keep what a person who reviews may look at; the original is evidence and is never opened by anybody."""
        flattened = self._examiner.flatten(data, request.limit_bytes)
        if flattened is not None:
            self._objects.put_new(flattened_letter_key(request.company_id, request.upload_id), flattened, PDF)

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

    @activity.defn
    def record_revocation(self, request: RecordRevocationRequest) -> None:
        """Write down that the loan was taken back; the first day on record stands."""
        data = json.dumps({"revoked_on": request.revoked_on.isoformat()}).encode()
        self._objects.put_new(loan_revocation_key(request.company_id), data, JSON)

    def _first_acceptance(
        self, request: CheckUploadRequest | RecordAcceptanceRequest, received_at: datetime
    ) -> FirstAcceptance:
        """Return the acceptance on record, or write down the one of the upload that arrived first.

        Another one may be waiting for the store since it was accepted: this one does not overtake it.
        """
        stored = evidence.first_acceptance(self._objects, request.company_id)
        if stored is None:
            first = self._earliest(request, FirstAcceptance(upload_id=request.upload_id, received_at=received_at))
            key = first_acceptance_key(request.company_id)
            if self._objects.put_new(key, first.model_dump_json().encode(), JSON):
                return first
            stored = evidence.first_acceptance(self._objects, request.company_id)
        if stored is None:
            raise StoreUnavailableError("another attempt to write down the first acceptance is under way")
        return stored

    def _earliest(
        self, request: CheckUploadRequest | RecordAcceptanceRequest, mine: FirstAcceptance
    ) -> FirstAcceptance:
        others = [
            FirstAcceptance(upload_id=upload_id, received_at=kept.received_at)
            for upload_id in request.checked
            if (kept := self._kept(request.company_id, upload_id)) and kept.verdict is Verdict.ACCEPTED
        ]
        return min((mine, *request.accepted, *others), key=lambda each: each.received_at)
