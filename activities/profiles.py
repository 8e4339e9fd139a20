"""The stored data of company and representative, by the digest a message named.

The current object may be overwritten at any time; the first read of a version keeps it under its digest.
"""

import hashlib

from activities.ports import Objects
from domain.bucket import company_key, company_version_key, representative_key, representative_version_key

JSON = "application/json"


def company_bytes(objects: Objects, company_id: str, sha256: str) -> bytes | None:
    """Return one version of the company's data, or None when no stored object has that digest."""
    return _version(objects, company_version_key(company_id, sha256), company_key(company_id), sha256)


def representative_bytes(objects: Objects, company_id: str, sha256: str) -> bytes | None:
    """Return one version of the representative's data, or None when no stored object has that digest."""
    return _version(objects, representative_version_key(company_id, sha256), representative_key(company_id), sha256)


def _version(objects: Objects, kept_key: str, current_key: str, sha256: str) -> bytes | None:
    kept = objects.get(kept_key)
    if kept is not None and _has(kept.data, sha256):
        return kept.data
    current = objects.get(current_key)
    if current is None or not _has(current.data, sha256):
        return None
    objects.put_new(kept_key, current.data, JSON)
    return current.data


def _has(data: bytes, sha256: str) -> bool:
    return hashlib.sha256(data).hexdigest() == sha256
