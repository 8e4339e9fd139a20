"""What goes into a check and what comes out of it."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.contract import Sha256
from domain.letter.content import Folio, LetterContent
from domain.model import Model
from domain.reason import Reason
from letters.codes import digest_prefix

DEFAULT_LIMIT_BYTES = 1_048_576


class Outcome(StrEnum):
    """What becomes of an upload."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDER_REVIEW = "under_review"


class IssuedLetter(Model):
    """The letter that an upload is compared with: its content and the very bytes that were handed out."""

    content: LetterContent
    pdf: bytes
    older_folios: tuple[Folio, ...] = ()
    """Earlier letters of the same company, which are named as such when they come back."""
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    """Largest upload, inclusive."""

    @property
    def digest(self) -> str:
        """What the codes of this letter carry of its content's digest."""
        return digest_prefix(self.content.sha256)


Measured = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")],
    bool | int | float | Annotated[str, StringConstraints(max_length=80)],
]
"""Figures to tune by; none of them is personal data."""


class Finding(Model):
    """The verdict as the child process gives it."""

    verdict: Outcome
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    measured: Annotated[Measured, Field(max_length=60)] = Field(default_factory=dict)


class Verdict(Finding):
    """A finding, with the digest of the bytes it is about."""

    sha256: Sha256
