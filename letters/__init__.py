"""The letter as a document: bytes in, values out. No storage, no Temporal."""

from letters.rendering import render_letter

__all__ = ["render_letter"]
