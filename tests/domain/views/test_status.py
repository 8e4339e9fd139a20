"""The whole case as one JSON object: the same keys of the same types, whatever has happened."""

import json

import pytest

from domain.calendar import bogota_date
from domain.letter.examination import Verdict
from domain.views.stage import stage_of
from domain.views.status import status
from tests.support.cases import (
    NOW,
    Outside,
    a_case,
    bogota,
    opened,
    send,
    settle,
    with_letter,
    with_loan,
    with_upload,
)
from tests.support.stages import STAGES

CONTRACT = {
    "company_id",
    "stage",
    "entitlement",
    "payment",
    "certificate",
    "loan",
    "letter",
    "steps",
    "reminders",
    "rejected_signals",
    "timeline",
    "next_actions",
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_name_of_the_contract_is_there_and_the_whole_is_json(stage: str) -> None:
    facts = status(*STAGES[stage])

    assert set(facts) >= CONTRACT
    assert json.loads(json.dumps(facts)) == facts


def shape(value: object, path: str = "") -> dict[str, str]:
    """Return the type of every value in a JSON object, by its path; null tells nothing."""
    if isinstance(value, dict):
        inner = [shape(each, f"{path}.{name}") for name, each in value.items()]
        return {path: "object"} | {name: kind for each in inner for name, kind in each.items()}
    if isinstance(value, list):
        inner = [shape(each, f"{path}[]") for each in value]
        return {path: "list"} | {name: kind for each in inner for name, kind in each.items()}
    return {} if value is None else {path: type(value).__name__}


def test_no_value_changes_its_type_from_one_stage_to_another() -> None:
    known: dict[str, str] = {}
    for stage, (case, now) in STAGES.items():
        for path, kind in shape(json.loads(json.dumps(status(case, now)))).items():
            assert known.setdefault(path, kind) == kind, (stage, path)


def test_no_name_at_the_top_or_in_a_track_comes_and_goes() -> None:
    tracks = ("payment", "certificate", "letter", "steps", "reminders")
    names = {
        (frozenset(facts), *(frozenset(facts[track]) for track in tracks))
        for facts in (status(case, now) for case, now in STAGES.values())
    }

    assert len(names) == 1


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("new", ("started", "none", ["submit_representative", "buy_certificate"])),
        ("letter issued", ("letter_issued", "none", ["attach_letter", "buy_certificate"])),
        ("letter rejected", ("letter_issued", "none", ["attach_letter", "buy_certificate"])),
        ("under review", ("letter_under_review", "none", ["review_letter", "attach_letter", "buy_certificate"])),
        ("lent", ("loan_active", "loan", ["continue_to_test_set", "delete_letter", "buy_certificate"])),
        (
            "lent and paid",
            ("certificate_in_process", "loan", ["await_certificate", "continue_to_test_set", "delete_letter"]),
        ),
        ("loan over", ("loan_ended", "none", ["delete_letter", "buy_certificate"])),
        (
            "sent back",
            ("certificate_rejected", "none", ["correct_request", "continue_to_test_set", "submit_representative"]),
        ),
        ("own", ("certificate_active", "own", ["continue_to_test_set"])),
        ("own over", ("certificate_expired", "none", ["submit_representative", "buy_certificate"])),
    ],
)
def test_each_stage_says_what_signs_and_what_can_be_done_next(stage: str, expected: tuple[str, str, list[str]]) -> None:
    facts = status(*STAGES[stage])

    assert (facts["stage"], facts["entitlement"], facts["next_actions"]) == expected


def test_nothing_can_be_done_next_in_a_case_that_is_closed() -> None:
    case, now = STAGES["lent"]

    assert status(send(case, "activation_closed", now, reason="moved away"), now)["next_actions"] == []


def test_the_loan_tells_its_dates_and_the_days_left() -> None:
    assert status(*STAGES["lent"])["loan"] == {
        "state": "active",
        "starts_on": "2026-11-24",
        "ends_on": "2026-12-24",
        "days_left": 30,
        "last_safe_purchase_on": "2026-12-10",
        "ended_on": None,
    }


def test_days_left_are_counted_in_bogota() -> None:
    case, _ = STAGES["lent"]
    days = [status(case, bogota(at))["loan"]["days_left"] for at in ("2026-11-25 23:59", "2026-11-26 00:00")]

    assert days == [29, 28]


def test_the_steps_are_the_six_of_the_page_and_the_third_locks_the_nit() -> None:
    steps = status(send(a_case(), "step_completed", step=3), NOW)["steps"]

    assert (steps["current"], steps["completed"], len(steps["names"]), steps["nit_locked"]) == (1, [3], 6, True)


def test_after_all_steps_none_is_current() -> None:
    assert status(*STAGES["all steps"])["steps"]["current"] is None


def test_every_version_of_the_letter_stays_with_its_digest_and_time() -> None:
    case = with_upload(with_loan(a_case()), "U2", bogota("2026-12-01 10:00"))

    assert [
        (each["upload_id"], each["verdict"], each["sha256"], each["received_at"])
        for each in status(case, NOW)["letter"]["versions"]
    ] == [
        ("U1", "accepted", "f" * 64, "2026-11-24T15:00:00Z"),
        ("U2", "accepted", "f" * 64, "2026-12-01T15:00:00Z"),
    ]


def test_a_deleted_letter_is_not_attached_any_more_and_keeps_its_place() -> None:
    letter = status(send(with_loan(a_case()), "delete_letter"), NOW)["letter"]

    assert (letter["attached"], [each["withdrawn"] for each in letter["versions"]]) == (None, [True])


def test_the_timeline_says_who_did_what_and_why() -> None:
    case = settle(send(with_loan(a_case()), "loan_revoked", by="support:luz", reason="misuse"))

    event = next(each for each in status(case, NOW)["timeline"] if each["action"] == "loan_revoked")

    assert event == {
        "at": "2026-11-24T15:00:00Z",
        "actor": "support:luz",
        "action": "loan_revoked",
        "reason": "misuse",
        "given": "misuse",
        "values": {},
    }


def test_reopening_keeps_the_timeline_of_the_closed_case() -> None:
    world = Outside()
    case = settle(send(with_loan(opened(world), world=world), "activation_closed", reason="moved away"), world=world)

    again = opened(world, bogota("2026-12-01 10:00"), json.loads(json.dumps(case.stored())))

    assert again.timeline[:-1] == case.timeline
    assert (again.timeline[-1].action, again.closing) == ("activation_reopened", None)


def test_a_loan_and_a_review_stand_side_by_side() -> None:
    case = with_upload(with_loan(a_case()), "U2", verdict=Verdict.UNDER_REVIEW)

    assert (stage_of(case, bogota_date(NOW)), status(case, NOW)["entitlement"]) == ("loan_active", "loan")


def test_the_terms_tell_what_a_loan_would_come_to_until_there_is_one() -> None:
    late = bogota("2026-11-24 23:30")
    assert status(with_letter(a_case(loan_days=15)), late)["loan_terms"] == {
        "days": 15,
        "upload_limit_bytes": 1_048_576,
        "would_start_on": "2026-11-24",
        "would_end_on": "2026-12-09",
    }
    terms = status(with_loan(a_case()), NOW)["loan_terms"]
    assert (terms["would_start_on"], terms["would_end_on"]) == (None, None)
