"""The own certificate: paid, in process, rejected and redone, active, renewed, over."""

from datetime import date, timedelta

import pytest

from domain.case.case import Case
from domain.case.certificate import Certificate, CertificateTrack
from domain.case.loan import Loan, LoanEnding
from domain.decisions.clock import next_deadline
from domain.errors import NotAllowedNowError
from domain.notices import NoticeKind
from domain.remarks import Remark
from domain.views.entitlement import Signing, entitlement
from domain.views.stage import search_values
from domain.views.status import status
from tests.support.cases import (
    COMPANY_SHA,
    NOW,
    REPRESENTATIVE_SHA,
    Outside,
    a_case,
    bogota,
    live,
    send,
    settle,
    with_certificate,
    with_letter,
    with_loan,
    with_payment,
)


def state(case: Case, today: str = "2026-11-24 10:00") -> str:
    return status(case, bogota(today))["certificate"]["state"]


def issue(
    case: Case, serial: str = "0A1B", first: str = "2026-11-24", last: str = "2027-11-24", by: str = "billing"
) -> Case:
    return send(case, "certificate_issued", serial=serial, valid_from=first, valid_until=last, by=by)


def test_a_paid_certificate_is_in_process_once_the_six_steps_are_done() -> None:
    case = with_payment(a_case())
    assert state(case) == "paid"

    for step in range(1, 7):
        case = send(case, "step_completed", step=step)

    assert state(case) == "in_process"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param("2026-11-24 10:00", "active", id="first day"),
        pytest.param("2027-10-24 23:59", "active", id="31 days before"),
        pytest.param("2027-10-25 00:00", "expiring", id="30 days before"),
        pytest.param("2027-11-24 23:59", "expiring", id="last day"),
        pytest.param("2027-11-25 00:00", "expired", id="the day after"),
    ],
)
def test_an_issued_certificate_ages(today: str, expected: str) -> None:
    assert expected == state(with_certificate(with_payment(a_case())), today)


def test_a_certificate_valid_later_is_not_active_yet_and_lets_the_loan_go_on() -> None:
    case = with_certificate(with_payment(with_loan(a_case())), valid_from=date(2026, 12, 1))

    assert (state(case), status(case, NOW)["entitlement"]) == ("in_process", "loan")
    assert status(case, bogota("2026-12-01 00:00"))["entitlement"] == "own"


def test_observations_reject_the_request_until_new_data_redo_it() -> None:
    world = Outside()
    case = settle(send(with_payment(with_letter(a_case())), "certificate_rejected", observations="RUT"), world=world)
    assert (state(case), status(case, NOW)["certificate"]["observations"]) == ("rejected", "RUT")
    assert world.kinds() == [NoticeKind.CERTIFICATE_REJECTED]

    redone = settle(send(case, "submit_representative", sha256="9" * 64))

    assert (state(redone), status(redone, NOW)["certificate"]["observations"]) == ("paid", None)


def test_new_data_of_the_company_redo_a_rejected_request() -> None:
    case = settle(send(with_payment(a_case()), "certificate_rejected", observations="RUT"))

    assert state(settle(send(case, "company_updated", sha256="9" * 64))) == "paid"


def test_new_data_of_the_company_that_are_refused_redo_nothing() -> None:
    world = Outside(refused_company=Remark(code="nit_locked", message="nit: it can't change"))
    case = settle(send(with_payment(a_case()), "certificate_rejected", observations="RUT"))

    refused = settle(send(case, "company_updated", sha256="9" * 64), world=world)

    assert (state(refused), refused.company_sha256) == ("rejected", COMPANY_SHA)
    assert [(each.name, each.reason) for each in refused.rejected] == [("company_updated", "nit: it can't change")]


def test_the_same_observations_count_again_after_the_request_was_redone() -> None:
    case = settle(send(with_payment(a_case()), "certificate_rejected", observations="RUT"))
    case = settle(send(case, "company_updated", sha256="9" * 64))

    assert state(send(case, "certificate_rejected", observations="RUT")) == "rejected"


def test_a_rejection_without_an_open_request_is_refused() -> None:
    with pytest.raises(NotAllowedNowError, match="no certificate is in process"):
        send(a_case(), "certificate_rejected", observations="RUT")


def test_a_request_stays_paid_while_it_is_rejected() -> None:
    case = send(with_payment(a_case()), "certificate_rejected", observations="RUT")

    assert tuple(status(case, NOW)["payment"][name] for name in ("paid", "purchase_offered")) == (True, False)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        pytest.param("2027-11-24", "2026-11-24", "lies before valid_from", id="dates swapped"),
        pytest.param("2025-11-23", "2026-11-23", "has passed", id="over since yesterday"),
    ],
)
def test_dates_that_can_not_be_are_refused(first: str, last: str, text: str) -> None:
    with pytest.raises(NotAllowedNowError, match=text):
        issue(a_case(), first=first, last=last)


def test_a_certificate_that_ends_today_is_registered() -> None:
    assert state(issue(a_case(), first="2025-11-24", last="2026-11-24")) == "expiring"


@pytest.mark.parametrize("serial", ["0A1B", "0a1b", "0A:1B", "0a:1b"])
def test_a_serial_with_or_without_colons_is_the_same_certificate(serial: str) -> None:
    case = issue(a_case())

    assert case.evolve(repeated_count=1) == issue(case, serial)


@pytest.mark.parametrize("serial", ["0A1B", "0a:1b"])
def test_a_known_serial_with_other_dates_is_refused(serial: str) -> None:
    with pytest.raises(NotAllowedNowError, match=r"is registered as valid 2026-11-24 to 2027-11-24"):
        issue(issue(a_case()), serial, last="2027-11-25")


def test_support_corrects_the_dates_of_a_certificate() -> None:
    mistyped = settle(issue(a_case(), last="2031-11-24"))

    case = settle(issue(mistyped, last="2027-11-24", by="support:ana"))

    assert [each.valid_until for each in case.track.certificates] == [date(2027, 11, 24)]
    assert (case.reminders.ends_on, case.timeline[-2].action) == (date(2027, 11, 24), "certificate_corrected")
    assert issue(case, last="2027-11-24", by="support:ana").repeated_count == 1


def test_a_renewal_takes_over_without_a_gap_and_is_reminded_of_in_its_turn() -> None:
    now = bogota("2027-11-01 10:00")
    case = with_payment(with_certificate(with_payment(a_case())), now, reference="FV-88")
    renewed = with_certificate(case, now, serial="0C2D", valid_from=date(2027, 11, 25))

    assert (
        state(renewed, "2027-11-24 12:00"),
        *[status(renewed, bogota("2027-11-24 12:00"))[name] for name in ("entitlement", "entitlement_until")],
    ) == ("active", "own", "2027-11-24")
    assert status(renewed, bogota("2027-11-25 00:00"))["entitlement"] == "own"
    assert date(2028, 11, 24) == renewed.reminders.ends_on


def test_a_renewal_that_is_paid_does_not_hide_that_the_old_certificate_signs() -> None:
    now = bogota("2027-11-01 10:00")

    case = with_payment(with_certificate(with_payment(a_case())), now, reference="FV-88")

    assert (state(case, "2027-11-01 10:00"), status(case, now)["entitlement"]) == ("expiring", "own")


def test_a_gap_between_two_certificates_is_looked_at_on_its_first_day() -> None:
    case = with_certificate(a_case(), days=10)
    case = with_certificate(case, serial="0C2D", valid_from=date(2027, 1, 10))
    last_day = bogota("2026-12-04 12:00")

    deadline = next_deadline(settle(case, last_day), last_day)

    assert deadline is not None
    assert bogota("2026-12-05 00:00") == deadline[0]


def test_an_end_without_renewal_is_told_once_on_the_next_business_day() -> None:
    world, until = Outside(), bogota("2027-12-30 12:00")

    case = live(with_certificate(a_case(), world=world), NOW, until, world)

    ends = [at for at, mail in world.mails if mail.kind is NoticeKind.CERTIFICATE_ENDED]
    assert [f"{at:%Y-%m-%d}" for at in ends] == ["2027-11-25"]
    assert state(case, "2027-12-30 12:00") == "expired"


def test_an_end_is_not_told_to_a_company_that_has_paid_the_renewal() -> None:
    world, paid, until = Outside(), bogota("2027-11-20 10:00"), bogota("2027-12-30 12:00")
    case = live(with_certificate(a_case()), NOW, paid, Outside())

    live(with_payment(case, paid, reference="FV-88"), paid, until, world)

    assert world.mails == []


def test_what_support_searches_by_follows_the_certificate() -> None:
    values = search_values(with_certificate(with_payment(with_loan(a_case()))), NOW)

    assert (values.stage, values.loan_ends_at) == ("certificate_active", None)
    assert bogota("2027-11-24 23:59").date() == values.certificate_ends_at.date()


TODAY = date(2026, 12, 1)
LOAN = Loan(
    upload_id="U1",
    starts_on=date(2026, 11, 24),
    ends_on=date(2026, 12, 24),
    last_safe_purchase_on=date(2026, 12, 10),
)


def own(first: date, last: date) -> CertificateTrack:
    return CertificateTrack(certificates=(Certificate(serial="1", valid_from=first, valid_until=last),))


def over(ending: LoanEnding) -> Loan:
    return LOAN.model_copy(update={"ending": ending, "ended_on": TODAY})


@pytest.mark.parametrize(
    ("track", "loan", "signing", "until"),
    [
        pytest.param(CertificateTrack(), None, Signing.NONE, None, id="nothing"),
        pytest.param(CertificateTrack(), LOAN, Signing.LOAN, date(2026, 12, 24), id="a loan"),
        pytest.param(
            CertificateTrack(), LOAN.model_copy(update={"ends_on": TODAY}), Signing.LOAN, TODAY, id="loan, last day"
        ),
        pytest.param(
            CertificateTrack(),
            LOAN.model_copy(update={"ends_on": date(2026, 11, 30)}),
            Signing.NONE,
            None,
            id="loan, the day after",
        ),
        pytest.param(
            CertificateTrack(),
            LOAN.model_copy(update={"starts_on": date(2026, 12, 2)}),
            Signing.NONE,
            None,
            id="loan, the day before",
        ),
        pytest.param(CertificateTrack(), over(LoanEnding.REVOKED), Signing.NONE, None, id="revoked"),
        pytest.param(CertificateTrack(), over(LoanEnding.REPLACED), Signing.NONE, None, id="replaced, then over"),
        pytest.param(own(TODAY, TODAY), None, Signing.OWN, TODAY, id="own for one day"),
        pytest.param(own(TODAY, date(2027, 1, 1)), LOAN, Signing.OWN, date(2027, 1, 1), id="own before loan"),
        pytest.param(
            own(date(2026, 12, 2), date(2027, 12, 2)), LOAN, Signing.LOAN, date(2026, 12, 24), id="own tomorrow"
        ),
        pytest.param(own(date(2026, 12, 2), date(2027, 12, 2)), None, Signing.NONE, None, id="own tomorrow, no loan"),
        pytest.param(
            own(date(2025, 12, 1), date(2026, 11, 30)), LOAN, Signing.LOAN, date(2026, 12, 24), id="own since over"
        ),
    ],
)
def test_what_a_company_signs_with_follows_from_both_tracks(
    track: CertificateTrack, loan: Loan | None, signing: Signing, until: date | None
) -> None:
    found = entitlement(track, loan, TODAY)

    assert (signing, until) == (found.signing, found.until)


def test_the_longest_of_several_certificates_signs() -> None:
    track = CertificateTrack(
        certificates=(
            Certificate(serial="1", valid_from=TODAY, valid_until=date(2027, 6, 1)),
            Certificate(serial="2", valid_from=TODAY, valid_until=date(2027, 1, 1)),
        )
    )

    assert date(2027, 6, 1) == entitlement(track, None, TODAY).until


def test_the_representative_is_the_one_whose_letter_was_issued() -> None:
    assert with_letter(a_case()).representative_sha256 == REPRESENTATIVE_SHA


@pytest.mark.parametrize(
    ("begins", "ends", "days"),
    [
        ("2026-11-24T16:00:00-05:00", "2027-11-24T16:00:00-05:00", ("2026-11-25", "2027-11-23")),
        ("2026-11-24T09:59:00-05:00", "2027-11-24T23:59:59-05:00", ("2026-11-24", "2027-11-24")),
        ("2026-11-25T05:00:00Z", "2027-11-25T05:00:00Z", ("2026-11-25", "2027-11-24")),
        ("2026-11-24", "2027-11-24", ("2026-11-24", "2027-11-24")),
    ],
)
def test_only_whole_days_count_of_a_certificate_told_with_instants(
    begins: str, ends: str, days: tuple[str, str]
) -> None:
    case = send(a_case(), "certificate_issued", serial="1", valid_from=begins, valid_until=ends)
    case = send(case, "certificate_issued", NOW + timedelta(days=3), serial="1", valid_from=begins, valid_until=ends)

    [certificate] = case.track.certificates
    assert (str(certificate.valid_from), str(certificate.valid_until)) == days
    assert (case.rejected_count, case.repeated_count) == (0, 1)
