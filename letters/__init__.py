"""The letter as a document: bytes in, values out. No storage, no Temporal."""

from letters.confinement.checker import LetterChecker, LetterCheckUnavailableError
from letters.issuing.rendering import render_letter
from letters.verdict import IssuedLetter, Outcome, Verdict

__all__ = ["IssuedLetter", "LetterCheckUnavailableError", "LetterChecker", "Outcome", "Verdict", "render_letter"]
