"""The marks in the bucket that say whose data were stored, for tables that no door writes into."""

from datetime import datetime
from typing import Protocol

from domain.bucket import mark_key


class Bucket(Protocol):
    """Where marks are left."""

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write an object."""
        ...


def leave_mark(bucket: Bucket, company_id: str, at: datetime) -> None:
    """Leave the mark that a company's data were stored, or removed; they must be so before."""
    bucket.put(mark_key(company_id, at), b"", "text/plain")
