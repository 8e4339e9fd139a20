"""A case and the world around it: messages as they travel, and a store and a mail server that always answer."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.calendar import BOGOTA, bogota_date
from domain.case.case import Case
from domain.case.events import DeliveryOutcome, WebhookEvent, WebhookTried
from domain.case.jobs import (
    AcceptanceRecorded,
    CaseOpened,
    CheckCompany,
    CheckUpload,
    CompanyChecked,
    IssueLetter,
    Job,
    KeepEarlier,
    LetterIssued,
    OpenCase,
    QueuedJob,
    RecordAcceptance,
    RecordRevocation,
    TellNotice,
    UploadChecked,
)
from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.case.rejections import RejectedMessage
from domain.case.reminders import Milestone
from domain.case.rules import CURRENT
from domain.case.timeline import Event
from domain.decisions import admit, clock, deliveries, due, reject, reminding, results
from domain.errors import MessageError, NotAllowedNowError
from domain.letter.examination import Verdict
from domain.messages.models import SIGNALS, Message
from domain.messages.parsing import JSON_ENCODING, Argument, parse
from domain.notices import Addressee, Notice, NoticeKind, NoticeSent
from domain.reason import Reason
from domain.remarks import Remark
from domain.views.mails import build_notice, build_reminder

COMPANY_SHA = "c" * 64
REPRESENTATIVE_SHA = "d" * 64
TOTAL_COP = 297_500
BLURRED = Reason(code="blurred", message="La carta no se lee.")


def bogota(text: str) -> datetime:
    """Return the UTC instant of a time in Bogotá, as in `2026-11-24 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=BOGOTA).astimezone(UTC)


NOW = bogota("2026-11-24 10:00")
"""A Tuesday."""


@dataclass
class Outside:
    """What lies outside a case: verdicts still to come, the evidence in the store, and the mails that arrived."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """Of uploads that are not simply accepted."""
    received_at: dict[str, datetime] = field(default_factory=dict)
    """Of uploads that arrived before they were checked."""
    missing: set[str] = field(default_factory=set)
    refused_letter: tuple[Remark, ...] = ()
    refused_company: Remark | None = None
    first: FirstAcceptance | None = None
    checked: dict[str, UploadChecked] = field(default_factory=dict)
    mails: list[tuple[datetime, Notice]] = field(default_factory=list)
    delivers: bool = False
    """There is an address to deliver events to."""
    events: list[tuple[datetime, WebhookEvent]] = field(default_factory=list)
    later: tuple[Addressee, ...] = ()
    """Whose address takes no mail for now."""
    dead: tuple[Addressee, ...] = ()
    pages: list[tuple[tuple[Event, ...], tuple[RejectedMessage, ...]]] = field(default_factory=list)
    """Kept of lines that a case no longer carries."""

    def sent(self, notice: Notice, now: datetime) -> NoticeSent:
        """Take a mail at the addresses that take any."""
        self.mails.append((now, notice))
        reached = tuple(each for each in Addressee if each not in {*self.later, *self.dead})
        return NoticeSent(sent_at=now, webhooks=self.delivers, reached=reached, later=self.later, dead=self.dead)

    def kinds(self) -> list[NoticeKind]:
        return [notice.kind for _, notice in self.mails]

    def told(self) -> list[str]:
        return [event.type.value for _, event in self.events]

    def perform(self, case: Case, job: Job, now: datetime) -> Any:
        match job:
            case IssueLetter():
                if self.refused_letter:
                    return LetterIssued(refused=self.refused_letter)
                return LetterIssued(folio=f"AC-{job.number}", key=f"letters/{job.number}.pdf", sha256="e" * 64)
            case CheckUpload():
                return self._check(case, job, now)
            case RecordRevocation():
                return None
            case KeepEarlier():
                page = (case.earlier.events[: job.events], case.earlier.rejected[: job.rejected])
                self.pages += [] if page in self.pages else [page]
                return None
            case RecordAcceptance():
                return AcceptanceRecorded(first_acceptance=self._first(job.upload_id, job.received_at))
            case CheckCompany():
                return CompanyChecked(refused=self.refused_company)
            case TellNotice():
                notice = build_notice(case, job.notice, job.key, now, amount_cop=job.amount_cop, reasons=job.reasons)
                return self.sent(notice, now)

    def _check(self, case: Case, job: CheckUpload, now: datetime) -> UploadChecked:
        if job.upload_id in self.missing:
            return UploadChecked(verdict=Verdict.REJECTED, received_at=now, reasons=(BLURRED,))
        verdict = self.verdicts.get(job.upload_id, Verdict.ACCEPTED)
        new = UploadChecked(
            verdict=verdict,
            received_at=self.received_at.get(job.upload_id, now),
            sha256="f" * 64,
            reasons=() if verdict is Verdict.ACCEPTED else (BLURRED,),
        )
        checked = self.checked.setdefault(job.upload_id, new)
        days = [bogota_date(now), bogota_date(checked.received_at)]
        if checked.verdict is not Verdict.ACCEPTED or any(case.own_valid_on(day) for day in days):
            return checked
        return checked.model_copy(update={"first_acceptance": self._first(job.upload_id, checked.received_at)})

    def _first(self, upload_id: str, received_at: datetime) -> FirstAcceptance:
        if self.first is None:
            self.first = FirstAcceptance(upload_id=upload_id, received_at=received_at)
        return self.first


def opened(world: Outside, now: datetime = NOW, archived: dict[str, Any] | None = None, **policy: Any) -> Case:
    """Return the case of a company as the store knows it: new, or taken up again from its archive."""
    start = OpenCase(company_id="C1001", profile_sha256=COMPANY_SHA)
    result = CaseOpened(
        policy=Policy(**policy),
        first_acceptance=world.first,
        archived=archived,
        webhooks=world.delivers,
        rules=CURRENT,
    )
    return results.opened(start, result, now)


def a_case(now: datetime = NOW, **policy: Any) -> Case:
    return opened(Outside(), now, **policy)


def message(name: str, *, by: str = "support:ana", **fields: Any) -> Message:
    """Return a message as it comes out of its JSON."""
    kind = "signal" if name in SIGNALS else "update"
    data = json.dumps({"by": by, **fields}, default=date.isoformat, ensure_ascii=False).encode()
    return parse(kind, name, [Argument(JSON_ENCODING, data)])


def send(case: Case, name: str, now: datetime = NOW, **fields: Any) -> Case:
    """Return the case after a message; raises what the message is refused with."""
    return admit(case, name, message(name, **fields), now)


def deliver(case: Case, name: str, now: datetime = NOW, **fields: Any) -> Case:
    """Return the case after a message, or with the message on record as rejected."""
    try:
        return send(case, name, now, **fields)
    except (MessageError, NotAllowedNowError) as error:
        return reject(case, name, error.remark, now)


def settle(case: Case, now: datetime = NOW, world: Outside | None = None) -> Case:
    """Return the case after everything that is due, in the order the procedure does it, in a world that answers."""
    world = world or Outside()
    while True:
        case = clock.tick(case, now)
        found = next_to_do(case, now)
        if (event := event_to_try(case, now)) is not None:
            world.events.append((now, event))
            taken = WebhookTried(outcome=DeliveryOutcome.DELIVERED, attempts=1)
            case = deliveries.tried(deliveries.begun(case, now), event, taken, now)
        elif isinstance(found, QueuedJob):
            case = results.done(case, found, world.perform(case, found.job, now), now)
        elif found is not None:
            reminder = build_reminder(case, found.days, now)
            case = reminding.reminder_done(case, found, reminder, world.sent(reminder, now), now)
        else:
            return case


def next_to_do(case: Case, now: datetime) -> QueuedJob | Milestone | None:
    """Return what is done next where one thing is done after the other: what somebody waits for goes first."""
    return due.next_step(case, now) or due.next_mail(case, now)


def reminder_fails(case: Case, milestone: Milestone, error_type: str, now: datetime, *, final: bool = False) -> Case:
    """Return the case after the mail server did not take a reminder."""
    sent = build_reminder(case, milestone.days, now)
    return reminding.reminder_failed(case, milestone, sent, error_type, final=final, now=now)


def event_to_try(case: Case, now: datetime) -> WebhookEvent | None:
    """Return the event that is tried now, if one is."""
    found = deliveries.next_try(case, now)
    return None if found is None or found[1] else found[0]


def live(case: Case, since: datetime, until: datetime, world: Outside) -> Case:
    """Return the case after time has passed and nobody sent anything."""
    now = since
    while now <= until:
        case = settle(case, now, world)
        deadline = clock.next_deadline(case, now)
        if deadline is None:
            break
        assert deadline[0] > now
        now = deadline[0]
    return case


def with_letter(case: Case, now: datetime = NOW, world: Outside | None = None) -> Case:
    """Return the case whose letter waits for a signature."""
    return settle(send(case, "submit_representative", now, sha256=REPRESENTATIVE_SHA), now, world)


def with_upload(
    case: Case, upload_id: str, now: datetime = NOW, world: Outside | None = None, verdict: Verdict = Verdict.ACCEPTED
) -> Case:
    """Return the case after an upload and its verdict."""
    world = world or Outside()
    world.verdicts[upload_id] = verdict
    return settle(deliver(case, "letter_uploaded", now, upload_id=upload_id), now, world)


def with_loan(case: Case, received_at: datetime = NOW, world: Outside | None = None) -> Case:
    """Return the case whose first letter was accepted when it arrived."""
    return with_upload(with_letter(case, received_at, world), "U1", received_at, world)


def with_payment(case: Case, now: datetime = NOW, world: Outside | None = None, reference: str = "FV-77") -> Case:
    """Return the case whose certificate is paid and in process."""
    return settle(send(case, "payment_confirmed", now, reference=reference, amount_cop=TOTAL_COP), now, world)


def with_certificate(
    case: Case,
    now: datetime = NOW,
    world: Outside | None = None,
    *,
    serial: str = "0A1B",
    valid_from: date | None = None,
    days: int = 365,
) -> Case:
    """Return the case with an issued certificate, valid from today unless told otherwise."""
    first = valid_from or bogota_date(now)
    last = first + timedelta(days=days)
    return settle(send(case, "certificate_issued", now, serial=serial, valid_from=first, valid_until=last), now, world)
