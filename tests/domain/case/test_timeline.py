"""Notes of the timeline: values of the case, a person's words, and how both are kept for years."""

import json

import pytest

from domain.case.case import Case
from domain.case.timeline import LONGEST_TIMELINE_BYTES, MOST_EVENTS, NOTES, event
from tests.support.cases import NOW, a_case, send, with_loan
from tests.support.portal.recorded import recorded


def kept(case: Case) -> Case:
    """Return the case after years in storage."""
    return Case.restored(json.loads(json.dumps(case.stored())))


def test_a_note_says_the_values_and_then_what_a_person_said() -> None:
    muted = send(with_loan(a_case()), "reminders_muted", until="2026-12-10", reason="on holiday: back soon").timeline[
        -1
    ]

    assert muted.note == "until 2026-12-10: on holiday: back soon"
    assert (muted.named, muted.given) == ({"until": "2026-12-10"}, "on holiday: back soon")


@pytest.mark.parametrize(
    ("action", "given", "values"),
    [
        ("reminder_sent", None, {"subject": "loan", "days": -1}),
        ("webhook_given_up", None, {"count": 2}),
        ("webhook_given_up", None, {"event_id": "evt_1", "event_type": "loan.ended"}),
        ("letter_rejected", None, {"codes": "not_signed, page_unclear"}),
        ("letter_rejected", "it is not signed", {}),
        ("loan_expired", None, {}),
    ],
)
def test_a_line_comes_back_from_storage_as_it_was(action: str, given: str | None, values: dict[str, str | int]) -> None:
    line = event(NOW, "activa", action, given, **values)
    case = a_case().evolve(timeline=(line,))

    assert kept(case).timeline == (line,)
    assert kept(case).timeline[0].named == values


def test_the_note_of_an_older_case_is_kept_as_it_was_written() -> None:
    stored = a_case().stored() | {
        "timeline": [["2026-11-24T15:00:00Z", "support:ana", "reminders_muted", "until x: y"]]
    }

    [line] = Case.restored(stored).timeline

    assert (line.note, line.named) == ("until x: y", {})


def test_no_action_has_two_notes_of_one_length() -> None:
    for action, forms in NOTES.items():
        assert len({form.count("{") for form in forms}) == len(forms), action


def test_every_note_belongs_to_an_action_that_the_rules_record() -> None:
    assert set(NOTES) <= recorded()


def test_the_oldest_lines_go_when_there_are_too_many_or_they_are_too_long() -> None:
    many = a_case()
    for number in range(MOST_EVENTS + 1):
        many = many.record(NOW, "billing", "step_completed", step=number)
    long = a_case()
    for _ in range(MOST_EVENTS):
        long = long.record(NOW, "support:ana", "loan_revoked", "x" * 500)

    assert (len(many.timeline), many.timeline[0].named) == (MOST_EVENTS, {"step": 1})
    assert len(long.timeline) < LONGEST_TIMELINE_BYTES / 500
