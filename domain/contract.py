"""The names that others rely on: the billing backend, the support's command line, the receiver of events.

Renaming one is a breaking change for somebody outside this repository.
"""

import re
from typing import Annotated, Final

from pydantic import StringConstraints

TASK_QUEUE: Final = "certificate-activation"
WORKFLOW_TYPE: Final = "CertificateActivation"
STATUS_QUERY: Final = "status"
TRACE_HEADER: Final = "_tracer-data"
"""Beside a message: the trace of who sends it, as Temporal's own interceptors write it."""
ASK_AGAIN: Final = "the case was about to take something new when it was asked; ask again"
"""What a query fails with when it meets news that no task has taken yet; `workflows/runner/guard.py` says why."""

STAGE: Final = "ActivationStage"
LOAN_ENDS_AT: Final = "LoanEndsAt"
CERTIFICATE_ENDS_AT: Final = "CertificateEndsAt"
NEEDS_ATTENTION: Final = "NeedsAttention"
SEARCH_ATTRIBUTES: Final = {
    STAGE: "Keyword",
    LOAN_ENDS_AT: "Datetime",
    CERTIFICATE_ENDS_AT: "Datetime",
    NEEDS_ATTENTION: "Bool",
}
"""Name and Temporal type of each search attribute the namespace must know."""

COMPANY_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
UPLOAD_ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
SHA256_PATTERN: Final = r"^[0-9a-f]{64}$"

CompanyId = Annotated[str, StringConstraints(pattern=COMPANY_ID_PATTERN)]
"""Opaque: never a NIT, which is a person's identity number when the company is a natural person."""
UploadId = Annotated[str, StringConstraints(pattern=UPLOAD_ID_PATTERN)]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
"""Lower-case hexadecimal."""
EventId = Annotated[str, StringConstraints(pattern=r"^evt_[0-9a-f]{24}$")]
"""The `webhook-id` of an event, the same each time it is sent."""


def letters_queue(task_queue: str = TASK_QUEUE) -> str:
    """Return the task queue on which the letters of another queue's cases are checked, in slots of their own."""
    return f"{task_queue}-letters"


def workflow_id(company_id: str) -> str:
    """Return the workflow id of a company's activation."""
    return f"activation-{company_id}"


def company_of(workflow: str) -> str | None:
    """Return the company id in a workflow id, or None when it holds none."""
    company_id = workflow.removeprefix(workflow_id(""))
    return company_id if company_id != workflow and is_company_id(company_id) else None


def is_company_id(text: str) -> bool:
    """Tell whether a text can be a company id."""
    return re.match(COMPANY_ID_PATTERN, text) is not None and not text.endswith("\n")
