"""Issuing a letter: what does not fit is an answer, never a failure that is tried for ever."""

from datetime import date

from activities.letters import LetterActivities
from activities.profiles import JSON
from adapters.s3 import S3Objects
from domain.bucket import company_version_key, representative_version_key
from domain.case.jobs import IssueLetterRequest, LetterIssued
from domain.model import canonical_bytes, canonical_sha256
from domain.notices import ProfileRefs
from letters import render_letter
from tests.support import builders


def issue(objects: S3Objects, company: dict[str, str], person: dict[str, str]) -> LetterIssued:
    of_company, of_person = builders.company(**company), builders.representative(**person)
    company_sha256, representative_sha256 = canonical_sha256(of_company), canonical_sha256(of_person)
    objects.put(company_version_key("C1001", company_sha256), canonical_bytes(of_company), JSON)
    objects.put(representative_version_key("C1001", representative_sha256), canonical_bytes(of_person), JSON)
    return LetterActivities(objects, render_letter, builders.lender()).issue_letter(
        IssueLetterRequest(
            company_id="C1001",
            number=1,
            profiles=ProfileRefs(company_sha256=company_sha256, representative_sha256=representative_sha256),
            issued_on=date(2026, 11, 24),
            loan_days=30,
        )
    )


def test_a_city_of_wide_letters_gets_its_letter(objects: S3Objects) -> None:
    issued = issue(objects, {"city": "W" * 60}, {})

    assert (issued.refused, issued.folio is not None) == ((), True)


def test_what_does_not_fit_is_answered_by_its_fields_in_spanish(objects: S3Objects) -> None:
    issued = issue(objects, {"legal_name": "…" * 250, "address": "…" * 200}, {"full_name": "…" * 120})

    (reason,) = issued.refused
    assert reason.code == "text_too_long"
    assert "la razón social" in reason.message
    assert "…" not in reason.message
