"""The room's answer to the question that an upload asks: is this our letter, signed?"""

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from letters.confinement.checker import LetterChecker
from letters.gate.file_bytes import too_large
from letters.verdict import IssuedLetter


class LetterExaminer:
    """Examines uploads through a checker, which may be used by several threads at once."""

    def __init__(self, checker: LetterChecker) -> None:
        """Hold the checker; whoever made it closes it."""
        self._checker = checker

    def examine(self, data: bytes, size_bytes: int, letter: LetterOnRecord) -> Examination:
        """Return the verdict; of a file larger than the limit its beginning and its size are enough."""
        if size_bytes > letter.limit_bytes:
            return Examination(Verdict.REJECTED, (too_large(size_bytes, letter.limit_bytes),))
        issued = IssuedLetter(
            content=letter.content,
            pdf=letter.pdf,
            older_folios=letter.older_folios,
            limit_bytes=letter.limit_bytes,
        )
        found = self._checker.check(data, issued)
        return Examination(Verdict(found.verdict.value), found.reasons, dict(found.measured))

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:
        """Return pictures of a file's pages as a PDF that is safe to show, or None when it can't be drawn."""
        return self._checker.flatten(data, limit_bytes)
