"""Where things lie in the bucket.

A key is made of ids and digests only, never of a name that somebody typed. Moving one loses what lies there. An id may
end in anything, so that what follows it begins with a slash or a dot, which no id contains.
"""

from datetime import datetime
from typing import Final

from domain.contract import is_company_id

PROFILES: Final = "profiles/"
"""Below it lie the data of every company."""

INBOX: Final = "inbox/"
"""Below it wait uploaded files."""

SIGNED: Final = "signed/"
"""Below it lie signed letters, and the verdicts on all uploads."""

ENTRIES: Final = "entries/"
"""Below it lies which hand-off tokens have been used."""

REQUESTS: Final = "requests/"
"""Below it lies which requests of the API have been made."""

DESK: Final = "desk/"
"""Below it lies what the desk keeps of its own work."""

PROBE: Final = "bootstrap/conditional-writes"
"""Where `deploy.bootstrap` tries whether the store honours conditions."""


def company_key(company_id: str) -> str:
    """Return the key of the company's current data, as the billing backend writes it."""
    return f"{PROFILES}{company_id}/company.json"


def company_of_key(key: str) -> str | None:
    """Return whose current data lie under a key, or None when none do."""
    company_id = key.removeprefix(PROFILES).partition("/")[0]
    return company_id if key == company_key(company_id) else None


def company_version_key(company_id: str, sha256: str) -> str:
    """Return the immutable key of one version of the company's data."""
    return f"{PROFILES}{company_id}/company/{sha256}.json"


def representative_key(company_id: str) -> str:
    """Return the key of the legal representative's current data."""
    return f"{PROFILES}{company_id}/representative.json"


def representative_version_key(company_id: str, sha256: str) -> str:
    """Return the immutable key of one version of the legal representative's data."""
    return f"{PROFILES}{company_id}/representative/{sha256}.json"


def consents_of(company_id: str, representative_sha256: str) -> str:
    """Return the prefix below which the authorizations for one version of a representative's data lie."""
    return f"{PROFILES}{company_id}/consents/{representative_sha256}/"


def consent_key(company_id: str, representative_sha256: str, door: str, text_version: str) -> str:
    """Return the immutable key of the evidence that the treatment of these data was authorized, where and to what."""
    return f"{consents_of(company_id, representative_sha256)}{door}-{text_version}.json"


def inbox_key(company_id: str, upload_id: str) -> str:
    """Return the key where an uploaded file waits to be checked, whatever its kind; of several photos, the first."""
    return f"{INBOX}{company_id}/{upload_id}.pdf"


def inbox_part_key(company_id: str, upload_id: str, part: int) -> str:
    """Return the key where a further photo of an upload waits, from the second one on."""
    return f"{INBOX}{company_id}/{upload_id}/{part}"


def letter_key(company_id: str, folio: str) -> str:
    """Return the immutable key of an issued letter."""
    return f"letters/{company_id}/{folio}.pdf"


def letter_content_key(company_id: str, folio: str) -> str:
    """Return the immutable key of what an issued letter says, as data."""
    return f"letters/{company_id}/{folio}.json"


def flattened_letter_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of pictures of a signed letter's pages, which are safe to show to people."""
    return f"{SIGNED}{company_id}/{upload_id}/flat.pdf"


def old_flattened_letter_key(company_id: str, upload_id: str) -> str:
    """Return where these pictures lay before; an upload whose id ends in `-flat` may lie there too."""
    return f"{SIGNED}{company_id}/{upload_id}-flat.pdf"


def signed_letter_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of a signed letter as a PDF: the bytes that were judged."""
    return f"{SIGNED}{company_id}/{upload_id}.pdf"


def original_key(company_id: str, upload_id: str, part: int) -> str:
    """Return the immutable key of the bytes that a signed letter was made from, photo by photo from 1 on."""
    return f"{SIGNED}{company_id}/{upload_id}/original-{part}"


def verdict_key(company_id: str, upload_id: str) -> str:
    """Return the immutable key of the verdict on one upload."""
    return f"{SIGNED}{company_id}/{upload_id}.json"


def first_acceptance_key(company_id: str) -> str:
    """Return the immutable key of the evidence that fixes the loan's first day for ever."""
    return f"loans/{company_id}/first.json"


def old_first_acceptance_key(company_id: str) -> str:
    """Return where that evidence lay before; that of another company's revocation may lie there too."""
    return f"loans/{company_id}.json"


def loan_revocation_key(company_id: str) -> str:
    """Return the immutable key of the evidence that the loan was taken back, and when."""
    return f"loans/{company_id}/revoked.json"


def old_loan_revocation_key(company_id: str) -> str:
    """Return where that evidence lay before; that of another company's first acceptance may lie there too."""
    return f"loans/{company_id}-revoked.json"


def entry_key(name: str) -> str:
    """Return the key of the marker that a hand-off token, named by a digest, has been used."""
    return f"{ENTRIES}{name}.json"


SESSIONS: Final = "sessions/"
"""Below it lies which session of each person is alive."""


def session_key(person: str) -> str:
    """Return the key of which session of a person, named by a digest, is alive."""
    return f"{SESSIONS}{person}.json"


def request_key(name: str) -> str:
    """Return the key of the marker that a request of the API, named by a digest, has been made, with its answer."""
    return f"{REQUESTS}{name}.json"


def archive_key(company_id: str) -> str:
    """Return the key under which a closed case is kept, to be taken up again when it is reopened."""
    return f"cases/{company_id}.json"


MARKS: Final = "directory/"
"""Below it lies whose data were stored, in the order of time, for the desk's directory to follow."""


def marks_since(at: datetime) -> str:
    """Return after which key the marks of an instant and later lie."""
    return f"{MARKS}{at:%Y%m%dT%H%M%S.%fZ}"


def mark_key(company_id: str, at: datetime) -> str:
    """Return the key of the mark that a company's data were stored, or removed, at an instant, UTC."""
    return f"{marks_since(at)}-{company_id}"


def company_of_mark(key: str) -> str | None:
    """Return whose mark lies under a key, or None when it is no mark."""
    company_id = key.removeprefix(MARKS).partition("-")[2]
    return company_id if is_company_id(company_id) else None


KEYS: Final = "keys/"
"""Below it lie the companies' wrapped keys."""
_SHARED_KEY: Final = f"{KEYS}_shared.json"
"""No company id begins so."""


def wrapped_key(company_id: str) -> str:
    """Return the key of the wrapped key that a company's payloads are encrypted with; without an id, the shared one."""
    return f"{KEYS}{company_id}.json" if company_id else _SHARED_KEY


def company_of_wrapped_key(key: str) -> str:
    """Return whose wrapped key lies there; nothing for the shared one."""
    return "" if key == _SHARED_KEY else key.removeprefix(KEYS).removesuffix(".json")


SNAPSHOTS: Final = "snapshots/"
"""Below it lies what each case knew after its last task, to be started anew from should Temporal's database be lost."""


def snapshot_key(company_id: str) -> str:
    """Return the key of a case's snapshot, which a later one replaces."""
    return f"{SNAPSHOTS}{company_id}.json"


def company_of_snapshot(key: str) -> str:
    """Return whose snapshot lies under a key."""
    return key.removeprefix(SNAPSHOTS).removesuffix(".json")


WORKERS: Final = "workers.json"
"""Which workers live."""

AUDIT: Final = "audit/"
"""Below it lies the trail of who did what."""


def audit_key(writer: str, sequence: int, sha256: str) -> str:
    """Return the immutable key of a batch of the trail: whose chain, its place there, the digest of its bytes."""
    return f"{AUDIT}{writer}/{sequence:08d}-{sha256}.jsonl"


def earlier_prefix(company_id: str) -> str:
    """Return what the keys of a company's earlier lines begin with: those that gave way to newer ones in its case."""
    return f"earlier/{company_id}/"


def earlier_key(company_id: str, since: datetime, sha256: str) -> str:
    """Return the immutable key of a page of such lines, by the instant of the first; keys are in the order of time."""
    return f"{earlier_prefix(company_id)}{since:%Y%m%dT%H%M%SZ}-{sha256[:12]}.json"


def notice_key(company_id: str, notice: str) -> str:
    """Return the key of the marker that keeps one notice from being sent twice."""
    return f"notices/{company_id}/{notice}.json"


def address_key(company_id: str, digest: str) -> str:
    """Return the key of the marker that an address of a company, named by a digest, has had a mail."""
    return f"addresses/{company_id}/{digest}.json"


def batch_key(job_id: str) -> str:
    """Return the key of whom a batch of the desk is meant for."""
    return f"{DESK}batches/{job_id}.json"


PROPOSALS: Final = f"{DESK}proposals/"
"""Below it lies what somebody of support has rehearsed or proposed."""


def proposal_key(proposal_id: str) -> str:
    """Return the key of a batch that was rehearsed, or of an entry that waits for a second person."""
    return f"{PROPOSALS}{proposal_id}.json"


def hand_entries_key(person: str) -> str:
    """Return the key of when a person of support, named by a digest, has lately entered by hand what weighs."""
    return f"{DESK}entries/{person}.json"


def hand_batches_key(person: str) -> str:
    """Return the key of when a person of support, named by a digest, has lately reached cases by batches alone."""
    return f"{DESK}entries/{person}/batches.json"


def erasure_key(company_id: str) -> str:
    """Return the key of what is on record of a company's data having been erased: what had to be kept, until when."""
    return f"erasures/{company_id}.json"
