"""Companies, representatives and the authorizations for their data, on their way into the bucket; every call blocks.

Each version lies under its digest for ever; what is current is replaced.
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

from adapters.directory.marks import leave_mark
from adapters.s3 import S3Objects
from domain.bucket import (
    company_key,
    company_version_key,
    consent_key,
    consents_of,
    representative_key,
    representative_version_key,
)
from domain.consent.authorization import Authorization, Evidence, evidence
from domain.model import canonical_bytes, canonical_sha256
from domain.profiles.company import Company
from domain.profiles.representative import Representative

JSON: Final = "application/json"


def store_company(objects: S3Objects, company: Company) -> str:
    """Store a company's data, leave the mark that the desk's directory follows, and return their digest."""
    data = canonical_bytes(company)
    sha256 = hashlib.sha256(data).hexdigest()
    objects.put_new(company_version_key(company.company_id, sha256), data, JSON)
    objects.put(company_key(company.company_id), data, JSON)
    return mark_company(objects, company)


def mark_company(objects: S3Objects, company: Company) -> str:
    """Leave the mark of data that lie in the store already, and return their digest."""
    leave_mark(objects, company.company_id, datetime.now(UTC))
    return canonical_sha256(company)


def store_representative(
    objects: S3Objects, company_id: str, person: Representative, consent: Authorization | None
) -> str:
    """Store a representative's data and return their digest.

    The proof that this was authorized is written first: no data lie there that were authorized and lack it.
    """
    data = canonical_bytes(person)
    sha256 = hashlib.sha256(data).hexdigest()
    if consent is not None:
        key = consent_key(company_id, sha256, consent.door, consent.text_version)
        objects.put_new(key, canonical_bytes(evidence(consent, company_id, sha256)), JSON)
    objects.put_new(representative_version_key(company_id, sha256), data, JSON)
    objects.put(representative_key(company_id), data, JSON)
    return sha256


def consents(objects: S3Objects, company_id: str, representative_sha256: str) -> list[Evidence]:
    """Return the authorizations for one version of a representative's data, the earliest first."""
    keys = [key for key, _ in objects.list(consents_of(company_id, representative_sha256))]
    stored = [each for key in keys if (each := objects.get(key)) is not None]
    return sorted((Evidence.model_validate_json(each.data) for each in stored), key=lambda each: each.given_at)
