"""Notes of a timeline in Spanish: one for each that the case writes in English, of the same values."""

import re

import pytest

from domain.case import timeline
from portal.words.notes import NOTES, note


def names_of(form: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)", form))


def test_every_note_is_there_in_spanish_and_says_the_same_values() -> None:
    assert {action: list(map(names_of, forms)) for action, forms in NOTES.items()} == {
        action: list(map(names_of, forms)) for action, forms in timeline.NOTES.items()
    }


@pytest.mark.parametrize(
    ("action", "values", "words"),
    [
        ("reminder_sent", {"subject": "certificate", "days": 1}, "certificado, 1 día antes"),
        ("reminder_uncertain", {"subject": "loan", "days": 0}, "préstamo, último día"),
        ("reminders_muted", {"until": "2027-01-05"}, "hasta el 5 de enero de 2027"),
        ("webhook_given_up", {"count": 2}, "2 al cerrar"),
        ("notice_sent", {"notice": "of a later version"}, "of a later version"),
        ("of_a_later_version", {"step": 2}, None),
        ("loan_revoked", {}, None),
    ],
)
def test_values_are_spelled_out_where_they_are_known(action: str, values: dict[str, object], words: str | None) -> None:
    assert note(action, values) == words
