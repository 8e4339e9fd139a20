"""Looking at an uploaded letter, as data: what it is compared with, and what was found."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from domain.letter.content import LetterContent
from domain.letter.file_kind import FileKind
from domain.model import Model
from domain.reason import Reason

DEFAULT_LIMIT_BYTES: Final = 1_048_576
DEFAULT_INTAKE_BYTES: Final = 20 << 20
MOST_FILES: Final = 10
"""Photos of one letter, sent together."""
MOST_PAGES: Final = 10
"""Of one PDF."""


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
    """Largest document that is kept, inclusive: what is larger is made smaller."""
    intake_bytes: int = DEFAULT_INTAKE_BYTES
    """Largest upload, all its files together, inclusive."""


Measured = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")],
    bool | int | float | Annotated[str, StringConstraints(max_length=80)],
]
"""Figures to tune by; none of them is personal data."""


class Conversion(Model):
    """What became of an upload that was not kept as it came: photos, or a PDF above the limit."""

    made_from: FileKind
    files: int
    from_bytes: int
    to_bytes: int


class Examination(Model):
    """What an upload was found to be. Reasons are for the person; what was measured is for whoever tunes."""

    verdict: Verdict
    reasons: Annotated[tuple[Reason, ...], Field(max_length=20)] = ()
    measured: Annotated[Measured, Field(max_length=60)] = Field(default_factory=dict)
    converted: Conversion | None = None
    document: bytes | None = Field(default=None, exclude=True, repr=False)
    """The PDF made of the upload, when it was converted and not rejected: what was judged, and is to be kept."""
