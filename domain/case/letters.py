"""The letters of a case as Temporal may know them: folios, keys, digests and times, never what they say."""

from datetime import datetime

from domain.case.bounds import bounded
from domain.letter.examination import Verdict
from domain.model import Model
from domain.reason import Reason

MOST_KEPT = 20


class IssuedLetter(Model):
    """The letter that waits for a signature, made for the representative that the case has."""

    number: int
    folio: str
    sha256: str
    issued_at: datetime
    outdated: bool = False
    """The company's data have changed since: the next one to ask gets another letter."""


class SignedVersion(Model):
    """One uploaded letter and the verdict on it."""

    upload_id: str
    folio: str
    verdict: Verdict
    received_at: datetime
    sha256: str | None = None
    """Of the checked bytes; None when there was no file to check."""
    reasons: tuple[Reason, ...] = ()
    withdrawn: bool = False
    superseded: bool = False
    """A later upload took its place before a person had decided."""


class LetterTrack(Model):
    """The issued letter, and every signed version, oldest first."""

    issued: IssuedLetter | None = None
    earlier_folios: tuple[str, ...] = ()
    """Of letters that another has taken the place of, oldest first."""
    numbers_used: int = 0
    versions: tuple[SignedVersion, ...] = ()

    def version(self, upload_id: str) -> SignedVersion | None:
        """Return the version of an upload."""
        return next((each for each in self.versions if each.upload_id == upload_id), None)

    @property
    def attached(self) -> SignedVersion | None:
        """The accepted letter that stands attached, if any."""
        standing = (v for v in reversed(self.versions) if v.verdict is Verdict.ACCEPTED and not v.withdrawn)
        return next(standing, None)

    @property
    def under_review(self) -> SignedVersion | None:
        """The letter a person must decide on, if any."""
        waiting = (
            v for v in self.versions if v.verdict is Verdict.UNDER_REVIEW and not v.withdrawn and not v.superseded
        )
        return next(waiting, None)

    def with_upload(self, version: SignedVersion) -> "LetterTrack":
        """Return the track with a version as its newest, also when its file came late under an id seen before."""
        others = tuple(each for each in self.versions if each.upload_id != version.upload_id)
        return self.model_copy(update={"versions": bounded((*others, version), MOST_KEPT, _is_rejected)})

    def with_change(self, version: SignedVersion) -> "LetterTrack":
        """Return the track with a version in the place of the one that has its upload id."""
        versions = tuple(version if each.upload_id == version.upload_id else each for each in self.versions)
        return self.model_copy(update={"versions": versions})


def _is_rejected(version: SignedVersion) -> bool:
    return version.verdict is Verdict.REJECTED
