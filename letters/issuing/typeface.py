"""The letter's two fonts, carried along so that the same content gives the same bytes on every machine.

Source Sans 3 by Adobe, SIL Open Font License 1.1 (fonts/OFL.txt). Parsed once, when this module is imported.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "SourceSans3"
BOLD: Final = "SourceSans3-SemiBold"

_WORDS: Final = 4096
"""More than the wording has, which is the same in every letter."""
_FOLDER: Final = Path(__file__).parent / "fonts"


class _Face(TTFont):  # type: ignore[misc]  # reportlab has no types
    """A font that remembers how wide words are."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, file)
        self.stringWidth = lru_cache(_WORDS)(super().stringWidth)


_FACES: Final = {
    REGULAR: _Face(REGULAR, _FOLDER / "SourceSans3-Regular.ttf"),
    BOLD: _Face(BOLD, _FOLDER / "SourceSans3-SemiBold.ttf"),
}
for _face in _FACES.values():
    pdfmetrics.registerFont(_face)
pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def has_glyphs(text: str) -> bool:
    """Tell whether both fonts can print a text."""
    return all(ord(character) in face.face.charToGlyph for face in _FACES.values() for character in text)


def width(text: str, font: str, points: float) -> float:
    """Return how wide a line of text is, in points."""
    return float(pdfmetrics.stringWidth(text, font, points))
