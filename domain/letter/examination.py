"""Looking at an uploaded letter, as data: what it is compared with, and what was found."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.letter.content import LetterContent
from domain.reason import Reason


class Verdict(StrEnum):
    """What became of an uploaded letter."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True)
class LetterOnRecord:
    """The letter that was handed out. It holds personal data: it stays within one activity."""

    content: LetterContent = field(repr=False)
    pdf: bytes = field(repr=False)
    older_folios: tuple[str, ...] = ()
    """Earlier letters of the same company, which are named as such when they come back."""
    limit_bytes: int = 1_048_576
    """Largest upload, inclusive."""


@dataclass(frozen=True)
class Examination:
    """What an uploaded file was found to be. Reasons are for the person; what was measured is for whoever tunes."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    measured: dict[str, bool | int | float | str] = field(default_factory=dict)
