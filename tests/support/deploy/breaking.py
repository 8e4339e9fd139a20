"""Artefacts, broken for a test."""

from pathlib import Path


def replaced(file: Path, old: str, new: str) -> None:
    """Replace a text of a file, which must stand there."""
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new), encoding="utf-8")
