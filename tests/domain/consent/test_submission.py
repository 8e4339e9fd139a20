"""What a sender says of an authorization that was obtained elsewhere: optional, whole, and never of the future."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.consent.authorization import Door
from domain.consent.submission import SubmittedRepresentative, read_submission
from domain.model import canonical_bytes
from domain.profiles.forms import FieldError
from tests.support import builders

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
STATED = {"obtained_by": "crm:77", "obtained_at": "2026-11-24T10:00:00-05:00"}


def read(consent: object = None) -> SubmittedRepresentative | tuple[FieldError, ...]:
    return read_submission(builders.REPRESENTATIVE | {"consent": consent}, NOW)


def test_who_states_no_consent_is_read_as_before() -> None:
    submitted = read_submission(builders.REPRESENTATIVE, NOW)

    assert isinstance(submitted, SubmittedRepresentative)
    assert submitted.authorization is None
    assert submitted.person == builders.representative()


def test_a_stated_consent_changes_nothing_of_the_data_that_are_stored() -> None:
    submitted = read(STATED)

    assert isinstance(submitted, SubmittedRepresentative)
    assert canonical_bytes(submitted.person) == canonical_bytes(builders.representative())


def test_who_obtained_a_consent_and_when_is_kept() -> None:
    given = read({**STATED, "text_version": "web-3"}).authorization

    assert (given.door, given.by, given.text_version) == (Door.BILLING, "crm:77", "web-3")
    assert given.given_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert given.text is None


@pytest.mark.parametrize(("seconds", "ahead"), [(300, False), (301, True)], ids=["clocks differ", "too much"])
def test_a_consent_may_be_as_far_ahead_as_clocks_differ(seconds: int, ahead: bool) -> None:
    stated = read({**STATED, "obtained_at": (NOW + timedelta(seconds=seconds)).isoformat()})

    assert isinstance(stated, tuple) == ahead


@pytest.mark.parametrize(
    ("consent", "wrong"),
    [
        ({}, {"consent.obtained_by": "missing", "consent.obtained_at": "missing"}),
        ({"obtained_by": "crm:77"}, {"consent.obtained_at": "missing"}),
        ({**STATED, "obtained_by": " "}, {"consent.obtained_by": "missing"}),
        ({**STATED, "obtained_by": "x" * 81}, {"consent.obtained_by": "too_long"}),
        ({**STATED, "obtained_by": "crm\u202e77"}, {"consent.obtained_by": "forbidden_characters"}),
        ({**STATED, "text_version": "x" * 41}, {"consent.text_version": "wrong_format"}),
        ({**STATED, "obtained_at": "yesterday"}, {"consent.obtained_at": "wrong_format"}),
        ({**STATED, "obtained_at": "2026-11-24T10:00:00"}, {"consent.obtained_at": "wrong_format"}),
        ({**STATED, "obtained_at": "2026-11-28"}, {"consent.obtained_at": "lies_ahead"}),
        ({**STATED, "text_version": "a/b"}, {"consent.text_version": "wrong_format"}),
        ({**STATED, "given": True}, {"consent.given": "unknown_field"}),
        ("yes", {"consent": "not_an_object"}),
    ],
)
def test_every_wrong_field_of_a_consent_is_named(consent: object, wrong: dict[str, str]) -> None:
    errors = read(consent)

    assert isinstance(errors, tuple)
    assert {each.field: each.code for each in errors} == wrong
    for each in errors:
        assert each.message
        assert each.message_es


def test_a_field_that_a_consent_has_not_is_told_those_it_has() -> None:
    (error,) = read({**STATED, "given": True})

    assert error.message == ("consent.given: is not a field; the fields are obtained_by, obtained_at, text_version")
