"""The letter's two fonts, carried along so that the same content gives the same bytes on every machine.

Source Sans 3 by Adobe, SIL Open Font License 1.1 (fonts/OFL.txt). Parsed once, when this module is imported.
"""

from pathlib import Path
from typing import Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "SourceSans3"
BOLD: Final = "SourceSans3-SemiBold"

_FOLDER: Final = Path(__file__).parent / "fonts"
_FACES: Final = {
    REGULAR: TTFont(REGULAR, _FOLDER / "SourceSans3-Regular.ttf"),
    BOLD: TTFont(BOLD, _FOLDER / "SourceSans3-SemiBold.ttf"),
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
