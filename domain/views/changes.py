"""What happened to a case between two looks at it, as the metrics count it: kinds and codes, never whose case it is."""

from collections.abc import Iterator
from typing import NamedTuple, get_args

from domain.case.case import Case
from domain.case.events import DeliveryOutcome
from domain.case.jobs import AnyJob, TellNotice
from domain.case.reminders import LATE, ReminderOutcome, Subject
from domain.views.entitlement import Signing


class Change(NamedTuple):
    """One thing that happened, and of what kind. There are few kinds: each is a series while a worker lives."""

    name: str
    kind: dict[str, str]


class Look(NamedTuple):
    """A case as it stood at a look, and what it signed with."""

    case: Case
    signing: Signing


def alerted() -> Iterator[Change]:
    """Yield every kind of change that an alert counts the increase of.

    Who counts begins with them at nought: of a series that begins at one, Prometheus sees no increase.
    """
    for kind in get_args(AnyJob):
        yield _failure("mail" if kind is TellNotice else kind.model_fields["kind"].default, "tried_again")
    yield _failure("reminder", "tried_again")
    yield _failure("webhook", "tried_again")
    yield _failure("mail", "refused")
    for outcome in DeliveryOutcome:
        yield Change("activa_webhooks", {"outcome": outcome.value})
    for subject in Subject:
        for told in ("late", *(each.value for each in ReminderOutcome)):
            yield Change("activa_reminders", {"subject": subject.value, "outcome": told})


def changes(before: Look, after: Look) -> Iterator[Change]:
    """Yield what happened from one look to the next one."""
    yield from _reminders(before.case, after.case)
    yield from _verdicts(before.case, after.case)
    yield from _events(before.case, after.case)
    yield from _failures(before.case, after.case)
    if after.signing is not before.signing:
        kind = {"before": before.signing.value, "after": after.signing.value}
        yield Change("activa_entitlement_changes", kind)


def _reminders(before: Case, after: Case) -> Iterator[Change]:
    known, planned = set(before.reminders.record), {each.days: each.at for each in before.reminders.planned}
    for each in after.reminders.record:
        if each in known:
            continue
        at = planned.get(each.days) if each.subject is before.reminders.subject else None
        is_late = each.outcome is ReminderOutcome.SENT and at is not None and each.at - at > LATE
        outcome = "late" if is_late else each.outcome.value
        yield Change("activa_reminders", {"subject": each.subject.value, "outcome": outcome})


def _verdicts(before: Case, after: Case) -> Iterator[Change]:
    known = {(each.upload_id, each.verdict) for each in before.letter.versions}
    for each in after.letter.versions:
        if (each.upload_id, each.verdict) in known:
            continue
        for code in [reason.code for reason in each.reasons] or ["none"]:
            yield Change("activa_verdicts", {"verdict": each.verdict.value, "reason": code})


def _events(before: Case, after: Case) -> Iterator[Change]:
    known = {(each.id, each.ended_at) for each in before.webhooks.deliveries}
    for each in after.webhooks.deliveries:
        if (each.id, each.ended_at) not in known:
            yield Change("activa_webhooks", {"outcome": each.outcome.value})


def _failures(before: Case, after: Case) -> Iterator[Change]:
    """Yield what failed: all tries of a round, to be tried again, or for good where every address refused a mail."""
    known = {each.number: each.failures for each in before.queue}
    for each in after.queue:
        if each.failures > known.get(each.number, 0):
            yield _failure("mail" if isinstance(each.job, TellNotice) else each.job.kind, "tried_again")
    if after.reminders.failures > before.reminders.failures:
        yield _failure("reminder", "tried_again")
    if after.webhooks.failures > before.webhooks.failures:
        yield _failure("webhook", "tried_again")
    for mail in after.refused_mails:
        if mail not in before.refused_mails:
            yield _failure("mail", "refused")


def _failure(what: str, outcome: str) -> Change:
    return Change("activa_failures", {"what": what, "outcome": outcome})
