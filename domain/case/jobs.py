"""The steps a case still owes the world, as data: what to do next, and what came of it.

A job stays in the case until it is done. One that fails waits and is tried again; it never blocks the messages.
Each pair of request and result is what crosses to an activity.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainSerializer

from domain.case.loan import FirstAcceptance
from domain.case.policy import Policy
from domain.case.rejections import RejectedMessage
from domain.case.timeline import Event
from domain.contract import CompanyId, Sha256, UploadId
from domain.letter.examination import Verdict
from domain.model import Answer, Model
from domain.notices import NoticeKind, ProfileRefs
from domain.reason import Reason
from domain.remarks import Remark

WholePolicy = Annotated[Policy, PlainSerializer(lambda policy: policy.model_dump(mode="json"), dict[str, Any], "json")]
"""Written with what goes without saying today: a setting's default may be another one tomorrow."""

RETRY_AFTER = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
"""Waits after a failed try, which itself has been repeated within seconds; the last one stands for all later ones."""


REMINDER: Final = -1
"""Stands for the number of a job where a reminder is under way, which is none."""


def retry_after(failures: int) -> timedelta:
    """Return how long to wait after so many failed tries."""
    return RETRY_AFTER[min(failures, len(RETRY_AFTER)) - 1]


class OpenCase(Model):
    """Look up what the company already has, and capture the policy."""

    company_id: CompanyId
    profile_sha256: Sha256
    policy: dict[str, Any] | None = None
    policy_stands: bool = False
    """The case's start says its policy wholly, so neither order nor answer says it again. A worker of an earlier
    release refuses such an order; the next one is complete."""


class CaseOpened(Answer):
    """The first step's result. `problem` says why the company's data can't be used as they stand."""

    policy: WholePolicy | None = None
    """None: that of the start."""
    problem: Remark | None = None
    first_acceptance: FirstAcceptance | None = None
    revoked_on: date | None = None
    """Set when the loan of that acceptance was taken back."""
    archived: dict[str, Any] | None = None
    """The case as it was closed, in its stored form."""
    webhooks: bool = False
    """The worker has an address to deliver events to."""
    rules: int = 0
    """The worker's revision of the rules."""
    holidays: int = 0
    """Its revision of the days off."""
    unusable: tuple[Remark, ...] = ()
    """What the store has of the case and can't be used."""
    company_changed: bool = False
    """A closed case is taken up with other data of its company."""
    company_sha256: Sha256 | None = None
    """The company's data that stand, where they are not those of the start: a NIT that is locked can't change."""


class IssueLetter(Model):
    """Render a letter and store it."""

    kind: Literal["issue_letter"] = "issue_letter"
    number: int
    company_sha256: Sha256
    representative_sha256: Sha256


class LetterIssued(Answer):
    """A letter lies where its folio says, or `refused` says why not."""

    folio: str = ""
    key: str = ""
    """In earlier histories only."""
    sha256: str = ""
    refused: tuple[Remark, ...] = ()


class CheckUpload(Model):
    """Check a file of the inbox; keep it, with its verdict, if it can be kept."""

    kind: Literal["check_upload"] = "check_upload"
    upload_id: UploadId
    by: str
    tell: bool
    """Nobody waits for the answer, so a rejection is mailed."""


class UploadChecked(Answer):
    """The verdict on an upload; without a digest there was no file, and the same id may be sent again.

    `first_acceptance` is the company's, whichever upload it was, once there is one.
    """

    verdict: Verdict
    received_at: datetime
    sha256: str | None = None
    reasons: tuple[Reason, ...] = ()
    first_acceptance: FirstAcceptance | None = None


class RecordAcceptance(Model):
    """Write down the acceptance that a person decided."""

    kind: Literal["record_acceptance"] = "record_acceptance"
    upload_id: UploadId
    received_at: datetime
    by: str
    reason: str | None = None
    """Of the person who accepted it."""


class AcceptanceRecorded(Answer):
    """The company's first acceptance, whichever upload it was."""

    first_acceptance: FirstAcceptance


class RecordRevocation(Model):
    """Write down that the loan was taken back, where a case that is started anew finds it."""

    kind: Literal["record_revocation"] = "record_revocation"
    revoked_on: date


class RecordRevocationRequest(Model):
    """What the activity needs to write down a revocation."""

    company_id: CompanyId
    revoked_on: date


class CheckCompany(Model):
    """Check the company's new data before they count."""

    kind: Literal["check_company"] = "check_company"
    sha256: Sha256
    by: str


class CompanyChecked(Answer):
    """`refused` says why the new data do not count; None when they do."""

    refused: Remark | None = None
    nit_changed: bool = False
    """They name another NIT than the data before."""


class KeepEarlier(Model):
    """Keep a page of the lines that gave way, outside: so many of the oldest that wait."""

    kind: Literal["keep_earlier"] = "keep_earlier"
    events: int
    rejected: int


class TellNotice(Model):
    """Send a mail; its dates are filled in when it is sent."""

    kind: Literal["tell"] = "tell"
    notice: NoticeKind
    key: str
    amount_cop: int | None = None
    reasons: tuple[Reason, ...] = ()
    rest: int = 0
    """One of two addresses has it already: which try this is for the other."""


AnyJob = IssueLetter | CheckUpload | RecordAcceptance | RecordRevocation | CheckCompany | KeepEarlier | TellNotice
Job = Annotated[AnyJob, Field(discriminator="kind")]


def job_name(job: Job) -> str:
    """Return what a job is, in a few words for summaries and lists."""
    match job:
        case TellNotice():
            return f"mail {job.notice}"
        case CheckUpload() | RecordAcceptance():
            return f"{job.kind} {job.upload_id}"
        case _:
            return job.kind


class QueuedJob(Model):
    """A job that is owed, and when it may be tried."""

    job: Job
    failures: int = 0
    not_before: datetime | None = None
    number: int = 0
    """Counted by the case: a job is known by its number, since two may ask for the same. 0 in older cases, which have
    no two alike."""

    def is_the_same(self, other: "QueuedJob") -> bool:
        """Tell whether the other is this job at another try."""
        return (self.number, self.job) == (other.number, other.job)

    @property
    def is_tried_again(self) -> bool:
        """Whether it failed, wholly or for one of two addresses."""
        return self.failures > 0 or (isinstance(self.job, TellNotice) and self.job.rest > 0)


class IssueLetterRequest(Model):
    """What the activity needs to issue a letter. The folio is made from all of it."""

    company_id: CompanyId
    number: int
    profiles: ProfileRefs
    issued_on: date
    loan_days: int


class CheckUploadRequest(Model):
    """What the activity needs to check a file."""

    company_id: CompanyId
    upload_id: UploadId
    asked_at: datetime
    """The case's own time when it asked."""
    limit_bytes: int
    folio: str
    older_folios: tuple[str, ...] = ()
    """Earlier letters of this company."""
    starts_loan: bool
    """Acceptance starts the loan; not so while the own certificate is valid."""
    own_days: tuple[tuple[date, date], ...] = ()
    """First and last days of own certificates: nor does a letter that arrived on one of theirs."""
    accepted: tuple[FirstAcceptance, ...] = ()
    """Other uploads that a person has accepted and whose acceptance is not written down yet."""
    checked: tuple[UploadId, ...] = ()
    """Other uploads whose check has begun and may have come to an acceptance already."""


class RecordAcceptanceRequest(Model):
    """What the activity needs to write down an acceptance; see `CheckUploadRequest` for the last two."""

    company_id: CompanyId
    upload_id: UploadId
    received_at: datetime
    accepted: tuple[FirstAcceptance, ...] = ()
    checked: tuple[UploadId, ...] = ()


class CheckCompanyRequest(Model):
    """What the activity needs to compare new data with the current ones."""

    company_id: CompanyId
    sha256: Sha256
    current_sha256: Sha256
    nit_locked: bool


class KeepEarlierRequest(Model):
    """A page of lines that gave way in a case, each kind the oldest first."""

    company_id: CompanyId
    events: tuple[Event, ...]
    rejected: tuple[RejectedMessage, ...]


class ArchiveRequest(Model):
    """A closed case in its stored form."""

    company_id: CompanyId
    case: dict[str, Any]
