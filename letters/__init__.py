"""The letter as a document: bytes in, values out. No storage, no Temporal."""

from letters.confinement.checker import LetterChecker, LetterCheckUnavailableError
from letters.issuing.rendering import render_letter

__all__ = ["LetterCheckUnavailableError", "LetterChecker", "render_letter"]
