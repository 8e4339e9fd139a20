"""What one person of support may do alone: which messages weigh, which end something, how many, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.messages.four_eyes import FourEyes, digest_of, ends, weighs
from domain.messages.models import (
    ActivationClosed,
    CertificateIssued,
    CertificateWithdrawn,
    LetterReviewed,
    LoanRevoked,
    Message,
    NoticeRequested,
    PaymentConfirmed,
    RemindersMuted,
)

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
BY = "support:ana"
CLOSING = ActivationClosed(by=BY, reason="x")
MUTING = RemindersMuted(by=BY, until="2027-01-31", reason="x")
WEIGH = [
    PaymentConfirmed(by=BY, reference="FV-1", amount_cop=1),
    CertificateIssued(by=BY, serial="5F", valid_from="2026-12-01", valid_until="2027-12-01"),
    CertificateWithdrawn(by=BY, serial="5F", reason="x"),
    LetterReviewed(by=BY, decision="accept", reason="x"),
]
END = [CLOSING, LoanRevoked(by=BY, reason="x")]
WEIGH_LITTLE = [
    LetterReviewed(by=BY, decision="reject", reason="x"),
    MUTING,
    NoticeRequested(by=BY, notice="loan_started", reason="x"),
]


@pytest.mark.parametrize(
    ("message", "heavy", "last"),
    [
        *((each, True, False) for each in WEIGH),
        *((each, True, True) for each in END),
        *((each, False, False) for each in WEIGH_LITTLE),
    ],
)
def test_what_weighs_and_what_ends_something(message: Message, heavy: bool, last: bool) -> None:
    assert (weighs(message), ends(message)) == (heavy, last)


@pytest.mark.parametrize("message", END)
def test_a_batch_that_ends_something_needs_two_however_few_it_reaches(message: Message) -> None:
    assert FourEyes(cases_alone=1000).batch_needs_second(message, 1, (), NOW)


def test_fifty_cases_and_twenty_entries_in_an_hour_are_made_alone() -> None:
    rule, before = FourEyes(), [NOW - timedelta(minutes=59, seconds=59)]
    assert [rule.batch_needs_second(MUTING, count, (), NOW) for count in (50, 51)] == [False, True]
    assert [rule.batch_needs_second(MUTING, 20, before * number, NOW) for number in (30, 31)] == [False, True]
    assert [rule.may_enter(before * number, NOW) for number in (19, 20)] == [True, False]


def test_what_was_done_an_hour_ago_counts_no_more() -> None:
    rule, before = FourEyes(), [NOW - timedelta(hours=1)] * 100
    assert rule.may_enter(before, NOW)
    assert rule.may_reach(50, before, NOW)


def test_another_list_another_message_or_another_filter_is_another_batch() -> None:
    seen = digest_of("q", "reminders_muted", MUTING, ["C1", "C2"])
    assert digest_of("q", "reminders_muted", MUTING, ["C2", "C1"]) == seen
    others = [
        digest_of("q", "reminders_muted", MUTING, ["C1"]),
        digest_of("q", "reminders_muted", MUTING, ["C1", "C2", "C3"]),
        digest_of("p", "reminders_muted", MUTING, ["C1", "C2"]),
        digest_of("q", "activation_closed", MUTING, ["C1", "C2"]),
        digest_of("q", "reminders_muted", MUTING.model_copy(update={"reason": "y"}), ["C1", "C2"]),
    ]
    assert len({seen, *others}) == 6
