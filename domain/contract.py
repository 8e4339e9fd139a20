"""The names that others rely on: the billing backend, the support's command line, the bucket's layout.

Renaming one is a breaking change for somebody outside this repository.
"""

import re
from typing import Annotated, Final

from pydantic import StringConstraints

TASK_QUEUE: Final = "certificate-activation"
WORKFLOW_TYPE: Final = "CertificateActivation"
STATUS_QUERY: Final = "status"
ASK_AGAIN: Final = "the case was about to take something new when it was asked; ask again"
"""What a query fails with when it meets news that no task has taken yet; `workflows/old_clock.py` says why."""

SEARCH_ATTRIBUTES: Final = {
    "ActivationStage": "Keyword",
    "LoanEndsAt": "Datetime",
    "CertificateEndsAt": "Datetime",
    "NeedsAttention": "Bool",
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


# Where things lie in the bucket. A key is made of ids and digests only, never of a name that somebody typed.
def company_key(company_id: str) -> str:
    """Return the key of the company's current data, as the billing backend writes it."""
    return f"profiles/{company_id}/company.json"


def company_version_key(company_id: str, sha256: str) -> str:
    """Return the immutable key of one version of the company's data."""
    return f"profiles/{company_id}/company/{sha256}.json"


def representative_key(company_id: str) -> str:
    """Return the key of the legal representative's current data."""
    return f"profiles/{company_id}/representative.json"


def representative_version_key(company_id: str, sha256: str) -> str:
    """Return the immutable key of one version of the legal representative's data."""
    return f"profiles/{company_id}/representative/{sha256}.json"


def inbox_key(company_id: str, upload_id: str) -> str:
    """Return the key where an uploaded file waits to be checked."""
    return f"inbox/{company_id}/{upload_id}.pdf"


def letter_key(company_id: str, folio: str) -> str:
    """Return the immutable key of an issued letter."""
    return f"letters/{company_id}/{folio}.pdf"


def letter_content_key(company_id: str, folio: str) -> str:
    """Return the immutable key of what an issued letter says, as data."""
    return f"letters/{company_id}/{folio}.json"


def flattened_letter_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of pictures of a signed letter's pages, which are safe to show to people."""
    return f"signed/{company_id}/{upload_id}-flat.pdf"


def signed_letter_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of a signed letter's checked bytes."""
    return f"signed/{company_id}/{upload_id}.pdf"


def verdict_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of the verdict on one upload."""
    return f"signed/{company_id}/{upload_id}.json"


def first_acceptance_key(company_id: str) -> str:
    """Return the immutable key of the evidence that fixes the loan's first day for ever."""
    return f"loans/{company_id}.json"


def loan_revocation_key(company_id: str) -> str:
    """Return the immutable key of the evidence that the loan was taken back, and when."""
    return f"loans/{company_id}-revoked.json"


def entry_key(name: str) -> str:
    """Return the key of the marker that a hand-off token, named by a digest, has been used."""
    return f"entries/{name}.json"


def request_key(name: str) -> str:
    """Return the key of the marker that a request of the API, named by a digest, has been made, with its answer."""
    return f"requests/{name}.json"


def archive_key(company_id: str) -> str:
    """Return the key under which a closed case is kept, to be taken up again when it is reopened."""
    return f"cases/{company_id}.json"


def notice_key(company_id: str, notice: str) -> str:
    """Return the key of the marker that keeps one notice from being sent twice."""
    return f"notices/{company_id}/{notice}.json"


def batch_key(job_id: str) -> str:
    """Return the key of whom a batch of the desk is meant for."""
    return f"desk/batches/{job_id}.json"
