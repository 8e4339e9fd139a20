"""Looking at an uploaded letter, as data: what it is compared with, and what was found."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from domain.letter.content import LetterContent
from domain.model import Model
from domain.reason import Reason

DEFAULT_LIMIT_BYTES: Final = 1_048_576


class Verdict(StrEnum):
    """What became of an uploaded letter."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDER_REVIEW = "under_review"


class LetterOnRecord(Model):
    """The letter that was handed out. It holds personal data: it stays within one activity."""

    content: LetterContent = Field(repr=False)
    pdf: bytes = Field(repr=False)
    """The very bytes."""
    older_folios: tuple[str, ...] = ()
    """Earlier letters of the same company, which are named as such when they come back."""
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    """Largest upload, inclusive."""


Measured = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")],
    bool | int | float | Annotated[str, StringConstraints(max_length=80)],
]
"""Figures to tune by; none of them is personal data."""


class Examination(Model):
    """What an uploaded file was found to be. Reasons are for the person; what was measured is for whoever tunes."""

    verdict: Verdict
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    measured: Annotated[Measured, Field(max_length=60)] = Field(default_factory=dict)
