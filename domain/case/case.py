"""One company's activation as a whole: everything its procedure remembers. No personal data.

Frozen: each decision returns a new case. The stored form leaves out what has its default, which keeps the open history
of a sleeping case small.
"""

import copy
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Self

from domain.calendar import BusinessCalendar
from domain.case import rules
from domain.case.attention import Attention, AttentionKind, with_attention, without_attention
from domain.case.certificate import CertificateTrack
from domain.case.earlier import Earlier
from domain.case.events import Delivery, Webhooks
from domain.case.jobs import Job, KeepEarlier, QueuedJob, TellNotice, job_name
from domain.case.letters import LetterTrack
from domain.case.loan import Loan
from domain.case.payment_keys import PaymentKeys
from domain.case.policy import Policy
from domain.case.rejections import MOST_REJECTED, RejectedMessage
from domain.case.reminders import Milestone, ReminderRecord, Reminders
from domain.case.timeline import Event, event, newest
from domain.contract import CompanyId, Sha256
from domain.model import Model, as_known
from domain.remarks import Remark
from domain.rows import from_rows, to_rows

MOST_SEEN = 500
SYSTEM = "activa"
"""The actor of what the procedure does by itself."""


class Case(Model):
    """The state of one activation."""

    company_id: CompanyId
    policy: Policy
    company_sha256: Sha256
    representative_sha256: Sha256 | None = None
    track: CertificateTrack = CertificateTrack()
    loan: Loan | None = None
    letter: LetterTrack = LetterTrack()
    steps: tuple[int, ...] = ()
    """Completed, ascending."""
    reminders: Reminders = Reminders()
    queue: tuple[QueuedJob, ...] = ()
    refused_mails: tuple[TellNotice, ...] = ()
    """Mails that every address refused for good, oldest first; owed again once an address is corrected."""
    jobs_made: int = 0
    sending: int | None = None
    """Number of the mail that is under way, or `REMINDER`; it is neither taken out of the queue nor sent beside it."""
    review_due_at: datetime | None = None
    """When support is told again about the letter under review; None once it was."""
    review_told_until: datetime | None = None
    """Up to when support needs no further mail about a letter that waits; None once one was decided."""
    notices_requested: int = 0
    webhooks: Webhooks = Webhooks()
    attention: tuple[Attention, ...] = ()
    rejected: tuple[RejectedMessage, ...] = ()
    rejected_count: int = 0
    repeated_count: int = 0
    seen: tuple[str, ...] = ()
    """Natural keys of the messages that were taken, oldest first."""
    payment_keys: PaymentKeys = PaymentKeys()
    """Of payments that are no longer among them."""
    timeline: tuple[Event, ...] = ()
    earlier: Earlier = Earlier()
    """What gave way in the timeline and among the rejections."""
    closing: str | None = None
    """The reason for closing, once it is asked for."""
    rules: int = 0
    """The revision of `domain.case.rules` that the case is run under."""
    holidays: int = 0
    """The revision of `domain.holidays` that it goes by."""

    def evolve(self, **changes: Any) -> Self:
        """Return the case with some fields changed."""
        return self.model_copy(update=changes)

    @property
    def calendar(self) -> BusinessCalendar:
        """The business calendar this case runs under."""
        return BusinessCalendar(self.policy.extra_holidays, self.policy.cancelled_holidays, self.holidays)

    def record(self, now: datetime, actor: str, action: str, given: str | None = None, **values: object) -> Self:
        """Return the case with one more line in its timeline; the values are those of the action's note."""
        line = event(now, actor, action, given, **values)
        lines = (*self.timeline, line)
        kept = newest(lines)
        return self.evolve(timeline=kept).give_way(events=lines[: len(lines) - len(kept)])

    def record_rejection(self, message: RejectedMessage) -> Self:
        """Return the case with one more message that did not count."""
        messages = (*self.rejected, message)
        case = self.evolve(rejected=messages[-MOST_REJECTED:], rejected_count=self.rejected_count + 1)
        return case.give_way(rejected=messages[:-MOST_REJECTED])

    def give_way(self, events: tuple[Event, ...] = (), rejected: tuple[RejectedMessage, ...] = ()) -> Self:
        """Return the case with lines that newer ones have displaced waiting to be kept outside."""
        if self.rules < rules.NOTHING_IS_FORGOTTEN or not (events or rejected):
            return self
        return self.evolve(earlier=self.earlier.with_lines(events, rejected)).keep_earlier()

    def keep_earlier(self) -> Self:
        """Return the case that owes the keeping of a page of earlier lines, once there is one."""
        earlier = self.earlier
        if not earlier.is_a_page or any(isinstance(each.job, KeepEarlier) for each in self.queue):
            return self
        return self.enqueue(KeepEarlier(events=len(earlier.events), rejected=len(earlier.rejected)))

    def enqueue(self, job: Job, not_before: datetime | None = None) -> Self:
        """Return the case owing one more job; one that it owes already is not added."""
        if any(each.job == job for each in self.queue):
            return self
        return self._with_job(self.queue, job, not_before)

    def enqueue_latest(self, job: Job) -> Self:
        """Return the case owing a job in the place of earlier ones of its kind: only the latest counts.

        One of them may be under way. Whatever comes of it then finds that it is owed no more.
        """
        alone = self.rules >= rules.NEWEST_DATA_ALONE
        kept = (each for each in self.queue if type(each.job) is not type(job) or not (alone or each.failures))
        return self._with_job(tuple(kept), job)

    def enqueue_newest(self, mail: TellNotice, now: datetime) -> Self:
        """Return the case owing a mail in the place of earlier ones of its kind that wait: only the newest is true."""
        if self.rules < rules.TWO_LANES:
            return self.enqueue(mail)
        return self.without_mails(lambda each: each.notice is mail.notice and each.key != mail.key, now).enqueue(mail)

    def _with_job(self, queue: tuple[QueuedJob, ...], job: Job, not_before: datetime | None = None) -> Self:
        number = self.jobs_made + 1
        queued = QueuedJob(job=job, not_before=not_before, number=number)
        return self.evolve(queue=(*queue, queued), jobs_made=number)

    def owed(self, queued: QueuedJob) -> QueuedJob | None:
        """Return a job as it is owed now, or None when it is owed no more: done, or given way to another."""
        return next((each for each in self.queue if each.is_the_same(queued)), None)

    def without_job(self, queued: QueuedJob) -> Self:
        """Return the case without a job that is over."""
        return self.evolve(queue=tuple(each for each in self.queue if not each.is_the_same(queued)))

    def with_job(self, queued: QueuedJob) -> Self:
        """Return the case with a job that it owes at another try."""
        return self.evolve(queue=tuple(queued if each.is_the_same(queued) else each for each in self.queue))

    def hurry(self, queued: QueuedJob) -> Self:
        """Return the case that tries a waiting job at once."""
        found = self.owed(queued)
        return self if found is None else self.with_job(found.model_copy(update={"not_before": None}))

    @property
    def waiting_mails(self) -> tuple[QueuedJob, ...]:
        """The mails that are owed and not under way."""
        return tuple(each for each in self.queue if isinstance(each.job, TellNotice) and each.number != self.sending)

    def without_mails(self, no_longer: Callable[[TellNotice], bool], now: datetime) -> Self:
        """Return the case that owes some mails no more, and says so; one that is under way is left to arrive."""
        given_up = [each for each in self.waiting_mails if isinstance(each.job, TellNotice) and no_longer(each.job)]
        case = self.evolve(queue=tuple(each for each in self.queue if each not in given_up)) if given_up else self
        for each in given_up if self.rules >= rules.TWO_LANES else ():
            case = case.settle_attention(AttentionKind.FAILING, subject=job_name(each.job))
            if self.rules >= rules.WHAT_GIVES_WAY_IS_TOLD and isinstance(each.job, TellNotice):
                case = case.record(now, SYSTEM, "notice_dropped", notice=each.job.notice)
        return case

    def remember(self, key: str) -> Self:
        """Return the case that will recognise a message when it comes again."""
        keys = (*self.seen, key)
        case = self.evolve(seen=keys[-MOST_SEEN:])
        for gone in keys[:-MOST_SEEN] if self.rules >= rules.PAYMENTS_ARE_KNOWN_FOR_EVER else ():
            case = case.evolve(payment_keys=case.payment_keys.with_key(gone))
        return case

    def knows(self, key: str) -> bool:
        """Tell whether a message came before: one of the newest, or a payment."""
        return key in self.seen or self.payment_keys.knows(key)

    def forget(self, key: str) -> Self:
        """Return the case that will take a message again."""
        seen = tuple(each for each in self.seen if each != key)
        return self.evolve(seen=seen, payment_keys=self.payment_keys.without_key(key))

    def raise_attention(self, now: datetime, kind: AttentionKind, subject: str, why: Remark) -> Self:
        """Return the case with one more thing that a person should look at."""
        since = now.replace(microsecond=0)
        new = Attention(
            kind=kind, subject=subject, since=since, text=why.message, code=why.code or None, values=why.values or None
        )
        return self.evolve(attention=with_attention(self.attention, new))

    def settle_attention(self, *kinds: AttentionKind, subject: str | None = None) -> Self:
        """Return the case without the things of these kinds, of one subject or of all."""
        kept = without_attention(self.attention, *kinds, subject=subject)
        return self if kept == self.attention else self.evolve(attention=kept)

    def stored(self) -> dict[str, Any]:
        """Return the case as JSON values, without what has its default, and long lists as rows.

        The policy is whole, so that a later default never changes it; the jobs are, because a job's kind is a default.
        """
        values = self.model_dump(mode="json", exclude_defaults=True)
        whole = {name for name in ("policy", "queue", "refused_mails") if getattr(self, name)}
        values |= self.model_dump(mode="json", include=whole)
        for part, holder, name, _ in _rows_in(values):
            holder[name] = to_rows(getattr(getattr(self, part) if part else self, name))
        return values

    @classmethod
    def restored(cls, values: dict[str, Any]) -> Self:
        """Return the case that `stored` gave; a field that is newer than the stored form has its default."""
        return as_known(cls, expanded(values))

    def own_valid_on(self, day: date) -> bool:
        """Tell whether the own certificate signs on a day."""
        return self.track.valid_on(day) is not None


def expanded(values: dict[str, Any]) -> dict[str, Any]:
    """Return a stored form whose rows have become objects again."""
    values = copy.deepcopy(values)
    for _, holder, name, kind in _rows_in(values):
        holder[name] = from_rows(kind, holder[name])
    return values


_ROWS: tuple[tuple[str, str, type[Model]], ...] = (
    ("", "timeline", Event),
    ("earlier", "events", Event),
    ("reminders", "planned", Milestone),
    ("reminders", "record", ReminderRecord),
    ("webhooks", "deliveries", Delivery),
)


def _rows_in(values: dict[str, Any]) -> list[tuple[str, dict[str, Any], str, type[Model]]]:
    """Return where the stored form has rows: the part of the case, what holds them, their name and their kind."""
    places = [(part, values.get(part, {}) if part else values, name, kind) for part, name, kind in _ROWS]
    return [place for place in places if place[2] in place[1]]
