"""What the search attributes tell of the entitlement is what the case itself says."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.decisions import clock
from domain.views.entitlement import Entitlement, Signing, entitlement
from domain.views.known_entitlement import known_entitlement
from domain.views.stage import SearchValues, Stage, search_values
from tests.support.cases import NOW, Outside, a_case, bogota, send, settle, with_certificate, with_loan, with_payment
from tests.support.cases_drawn import TIMES, cases
from tests.support.stages import STAGES


def asked(values: SearchValues, now: datetime) -> Entitlement:
    return known_entitlement(values.stage, values.loan_ends_at, values.certificate_ends_at, bogota_date(now))


def expected(case: Case, now: datetime) -> Entitlement:
    """Return what the case says; the attributes know the end of the longest certificate only."""
    said = entitlement(case.track, case.loan, bogota_date(now))
    latest = case.track.latest
    return (
        said
        if said.signing is not Signing.OWN or latest is None
        else Entitlement(signing=Signing.OWN, until=latest.valid_until)
    )


@pytest.mark.parametrize("stage", STAGES)
def test_in_every_stage_the_attributes_say_what_the_case_says(stage: str) -> None:
    case, now = STAGES[stage]

    assert asked(search_values(case, now), now) == entitlement(case.track, case.loan, bogota_date(now))


@settings(max_examples=300)
@given(cases(), TIMES)
def test_a_case_that_was_looked_at_is_told_as_it_is(case: Case, now: datetime) -> None:
    case = clock.tick(case, now)
    assume(case.loan is None or case.loan.starts_on <= bogota_date(now))

    assert asked(search_values(case, now), now) == expected(case, now)


@settings(max_examples=300)
@given(cases(), TIMES, TIMES)
def test_without_a_worker_since_only_a_certificate_that_began_is_not_known(
    case: Case, then: datetime, now: datetime
) -> None:
    then, now = sorted((then, now))
    case = clock.tick(case, then)
    looked, today = bogota_date(then), bogota_date(now)
    assume(case.loan is None or case.loan.starts_on <= looked)
    certificates = case.track.certificates
    assume(not any(looked < each.valid_from <= today for each in certificates))
    # One certificate, or none that ends between: a gap before the next one shows only once a worker has looked.
    assume(not any(looked <= each.valid_until < today for each in certificates if each is not case.track.latest))

    assert asked(search_values(case, then), now) == expected(case, now)


def test_along_a_whole_life_it_agrees_on_every_day() -> None:
    world, case, now = Outside(), a_case(), NOW
    changes = {
        date(2026, 11, 25): lambda case, now: with_loan(case, now, world),
        date(2026, 12, 15): lambda case, now: with_payment(case, now, world),
        date(2026, 12, 19): lambda case, now: with_certificate(case, now, world),
        date(2027, 12, 1): lambda case, now: with_payment(case, now, world, "FV-78"),
        date(2027, 12, 10): lambda case, now: with_certificate(
            case, now, world, serial="0A1C", valid_from=date(2027, 12, 20)
        ),
    }
    seen = []
    while bogota_date(now) < date(2029, 1, 10):
        case = settle(case, now, world)
        if (change := changes.pop(bogota_date(now), None)) is not None:
            case = change(case, now)
        told = asked(search_values(case, now), now)
        assert told == expected(case, now), now
        if not seen or seen[-1][1] != told:
            seen.append((bogota_date(now), told))
        now += timedelta(days=1)
    assert [(day, told.signing.value, told.until) for day, told in seen] == [
        (date(2026, 11, 24), "none", None),
        (date(2026, 11, 25), "loan", date(2026, 12, 25)),
        (date(2026, 12, 19), "own", date(2027, 12, 19)),
        (date(2027, 12, 10), "own", date(2028, 12, 19)),
        (date(2028, 12, 20), "none", None),
    ]


@pytest.mark.parametrize("stage", ["lent", "own", "lent and paid", "new"])
def test_a_closed_case_is_told_by_its_ends_as_its_status_does(stage: str) -> None:
    case, now = STAGES[stage]
    case = settle(send(case, "activation_closed", now, reason="moved away"), now)
    closed = search_values(case, now).model_copy(update={"stage": Stage.CLOSED})

    assert asked(closed, now) == entitlement(case.track, case.loan, bogota_date(now))


def test_of_a_closed_case_a_certificate_to_come_does_not_hide_the_loan_that_runs() -> None:
    case = with_certificate(with_loan(a_case()), valid_from=date(2026, 12, 20))
    closed = search_values(case, NOW).model_copy(update={"stage": Stage.CLOSED})

    assert asked(closed, NOW) == Entitlement(signing=Signing.LOAN, until=date(2026, 12, 24))


def test_a_loan_that_was_taken_back_is_over_at_once() -> None:
    case = settle(send(with_loan(a_case()), "loan_revoked", reason="misuse"))

    assert asked(search_values(case, NOW), NOW) == Entitlement(signing=Signing.NONE)


@pytest.mark.parametrize(("at", "signing"), [("2026-12-24 23:59", Signing.LOAN), ("2026-12-25 00:00", Signing.NONE)])
def test_the_last_day_counts_until_its_last_minute_in_bogota(at: str, signing: Signing) -> None:
    values = search_values(with_loan(a_case()), NOW)

    assert asked(values, bogota(at)).signing is signing


def test_a_stage_that_is_old_does_not_prolong_a_certificate() -> None:
    values = search_values(with_certificate(with_payment(a_case())), NOW)

    assert values.stage is Stage.CERTIFICATE_ACTIVE
    assert asked(values, bogota("2027-11-25 00:00")).signing is Signing.NONE
