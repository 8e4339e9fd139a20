"""Errors by who can fix them. Outcomes (refused, under review, expired) are values, not errors.

No message carries personal data: what, the value when it is no person's, and what to do. Every error that a room lets
out derives from the root here; what is caught where it is raised, as `RepeatedError` of the decisions, need not.
"""

from domain.remarks import Remark


class ActivaError(Exception):
    """The root of every error that the product raises on purpose and lets out of a room."""


class RemarkedError(ActivaError):
    """Something is refused for a reason that has a code; the text is the remark's sentence."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.message)
        self.remark = remark


class NotAllowedNowError(RemarkedError):
    """The message is well formed but does not fit the case as it stands; the sender can see why and act."""


class BatchRunningError(NotAllowedNowError):
    """Another batch runs already; a namespace takes one at a time."""


class CaseNotFoundError(ActivaError):
    """The company has no activation, or it is closed."""


class RefusedError(ActivaError):
    """The case looked at what was sent and refuses it; the text says which field and what to do."""

    def __init__(self, text: str, remarks: tuple[Remark, ...] = ()) -> None:
        super().__init__(text)
        self.remarks = remarks


class MessageError(RemarkedError):
    """The message is not what the contract says; the text names each field and shows the known names."""


class NoticeError(ActivaError):
    """A notice lacks what its mail must say; the text names the field."""


class ServiceUnavailableError(ActivaError):
    """A server the product needs does not answer; the same call may succeed later."""


class TemporalUnavailableError(ServiceUnavailableError):
    """Temporal can't be reached or refuses for now."""


class NoWorkerError(ServiceUnavailableError):
    """No worker answers for the case. What was sent is kept and will be done when one runs."""


class TemporalSettingsError(ActivaError):
    """Temporal's client settings or its namespace are not as the product needs them; an operator must correct them."""


class StoreUnavailableError(ServiceUnavailableError):
    """The object store can't be reached or refuses for now."""


class DirectoryUnavailableError(ServiceUnavailableError):
    """The desk's directory can't be read or written for now."""


class MailUnavailableError(ServiceUnavailableError):
    """The mail server can't be reached or refuses for now, and has not taken the mail."""


class MailUncertainError(ServiceUnavailableError):
    """The connection broke after the mail was handed over: it may or may not have been taken."""


class MailboxRefusedError(ActivaError):
    """The mail server refuses every recipient for good; somebody must correct the address."""


class WebhookNotTakenError(ServiceUnavailableError):
    """The billing backend can't be reached, or has not taken an event, and may take it later."""


class LetterRefusedError(ActivaError):
    """The letter can't be made of these data; the text names the fields and what to do."""

    def __init__(self, text: str, code: str, message_es: str) -> None:
        """`code` is stable; `message_es` is the text in Spanish, for the page."""
        self.code = code
        self.message_es = message_es
        super().__init__(text)
