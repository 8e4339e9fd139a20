"""What is stored about a company outside the bucket and Temporal, one place after the other.

A new place is a class of this protocol and a line in `elsewhere`.
"""

import json
from typing import Final, Protocol

from adapters.directory.following import forget
from adapters.directory.opening import opened
from adapters.s3 import S3Objects
from domain.bucket import company_key
from settings import Settings


class Elsewhere(Protocol):
    """One place. Its calls block and can be made twice."""

    @property
    def name(self) -> str:
        """The name of the place, for the answer of an erasure and the folder of an export."""

    def stored(self, company_id: str) -> dict[str, bytes]:
        """Return what it has of a company, as files by their names."""

    def forget(self, company_id: str) -> int:
        """Remove what it has of a company and return how many things that were."""


class DirectoryRow:
    """The desk's directory: the table that the settings name, where there is one here, and by a mark all others."""

    name: Final = "directory"

    def __init__(self, settings: Settings, objects: S3Objects) -> None:
        place = settings.directory.place()
        # A file that nobody has made is another machine's: the mark reaches it.
        is_here = place["url"] is not None or place["file"].exists()
        self._table = opened(**place) if is_here else None
        self._objects = objects

    def stored(self, company_id: str) -> dict[str, bytes]:
        """Return the company's name as support finds it; what else the row has is made of its data."""
        found = {} if self._table is None else self._table.names([company_id])
        row = {"company_id": company_id, "legal_name": found.get(company_id)}
        return {"fila.json": json.dumps(row, ensure_ascii=False, indent=2).encode()} if found else {}

    def forget(self, company_id: str) -> int:
        """Remove the row here and tell the others; a company that has data again keeps its row."""
        had = len(self.stored(company_id))
        if self._objects.get(company_key(company_id), 0) is not None:
            return 0
        forget(self._objects, company_id, self._table)
        return had


def elsewhere(settings: Settings, objects: S3Objects) -> tuple[Elsewhere, ...]:
    """Return the places of a deployment."""
    return (DirectoryRow(settings, objects),)


NOT_REACHED = (
    "mails that were delivered: they lie with their recipients and in the mail server's logs; locally in .local/mail",
    "what the billing backend and the issuer of the certificate keep themselves",
    "backups, and freed pages of Temporal's database, until they are overwritten: what staff typed may stand there",
    "the reason that staff gave for a batch, in the batch itself, for as long as Temporal keeps closed workflows",
)
"""What no command of the product can remove."""
