"""Issuing a letter: from stored data to immutable bytes."""

import hashlib
from typing import Protocol

from pydantic import ValidationError
from temporalio import activity

from activities.ports import Objects
from activities.profiles import JSON, company_bytes, representative_bytes
from domain.bucket import letter_content_key, letter_key
from domain.case.jobs import IssueLetterRequest, LetterIssued
from domain.errors import LetterRefusedError
from domain.letter.content import Lender, LetterContent, folio_for
from domain.model import canonical_bytes, wrong_fields
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from domain.remarks import Remark, remark

PDF = "application/pdf"


class LetterRenderer(Protocol):
    """Renders the same bytes for the same content; raises LetterRefusedError for text that does not fit."""

    def __call__(self, content: LetterContent) -> bytes:
        """Return the letter as PDF."""


class LetterActivities:
    """The step that issues a letter."""

    def __init__(self, objects: Objects, render: LetterRenderer, lender: Lender) -> None:
        self._objects = objects
        self._render = render
        self._lender = lender

    @activity.defn
    def issue_letter(self, request: IssueLetterRequest) -> LetterIssued:
        """Render and store a letter; asked twice, it answers with the letter that is stored."""
        content = self._content(request)
        if isinstance(content, Remark):
            return LetterIssued(refused=(content,))
        key = letter_key(request.company_id, content.folio)
        stored = self._objects.get(key)
        if stored is not None:
            return _issued(content.folio, stored.data)
        try:
            rendered = self._render(content)
        except LetterRefusedError as error:
            return LetterIssued(refused=(Remark(code=error.code, message=error.message_es[:400]),))
        # The content first: whoever finds the letter finds what it says.
        content_key = letter_content_key(request.company_id, content.folio)
        self._objects.put_new(content_key, canonical_bytes(content), JSON)
        if not self._objects.put_new(key, rendered, PDF) and (stored := self._objects.get(key)) is not None:
            rendered = stored.data
        return _issued(content.folio, rendered)

    def _content(self, request: IssueLetterRequest) -> LetterContent | Remark:
        company_sha256, representative_sha256 = request.profiles.company_sha256, request.profiles.representative_sha256
        if representative_sha256 is None:
            return remark("representative_missing")
        company_data = company_bytes(self._objects, request.company_id, company_sha256)
        representative_data = representative_bytes(self._objects, request.company_id, representative_sha256)
        if company_data is None or representative_data is None:
            return remark("profile_missing")
        try:
            company = Company.model_validate_json(company_data)
            representative = Representative.model_validate_json(representative_data)
        except ValidationError as error:
            return remark("profile_invalid", fields=wrong_fields(error)[:200])
        folio = folio_for(request.company_id, request.number, request.issued_on, company_sha256, representative_sha256)
        return LetterContent(
            company=company,
            representative=representative,
            lender=self._lender,
            folio=folio,
            issued_on=request.issued_on,
            loan_days=request.loan_days,
        )


def _issued(folio: str, data: bytes) -> LetterIssued:
    return LetterIssued(folio=folio, sha256=hashlib.sha256(data).hexdigest())
