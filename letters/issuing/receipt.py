"""The receipt: how an activation stands, with every document and event on record, as a PDF that prints on paper."""

import io
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from letters.geometry import PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from letters.issuing.drawing import MM, draw_line
from letters.issuing.typeface import BOLD, REGULAR

TITLE: Final = "Constancia de activación del certificado digital"
_MARGIN_MM: Final = 20.0
_WIDTH: Final = (PAGE_WIDTH_MM - 2 * _MARGIN_MM) * MM
_INK: Final = colors.HexColor("#0b3d63")
_LINE: Final = colors.HexColor("#d5dee7")
_HEADING: Final = ParagraphStyle("heading", fontName=BOLD, fontSize=16, leading=20, textColor=_INK)
_SECTION: Final = ParagraphStyle("section", fontName=BOLD, fontSize=11, leading=14, textColor=_INK, spaceBefore=10)
_TEXT: Final = ParagraphStyle("text", fontName=REGULAR, fontSize=9.5, leading=12.5)
_LABEL: Final = ParagraphStyle("label", parent=_TEXT, textColor=colors.HexColor("#4a5b6b"))
_FOOT: Final = ParagraphStyle("foot", fontName=REGULAR, fontSize=7.5, leading=9)
_FOOT_MM: Final = 10.0
"""From the paper's edge."""
_SMALL: Final = ParagraphStyle("small", parent=_TEXT, fontSize=8, leading=10, splitLongWords=True)


@dataclass(frozen=True)
class Receipt:
    """What a receipt says, every text ready to be read: rows of a label and a value, of documents, of events."""

    company: str
    issued: str
    lender: str
    facts: tuple[tuple[str, str], ...]
    documents: tuple[tuple[str, str, str, str], ...]
    """Folio, when it was received, what became of it, SHA-256."""
    events: tuple[tuple[str, str, str], ...]
    """When, what, who."""


def render_receipt(receipt: Receipt) -> bytes:
    """Return the receipt's PDF; the same receipt gives the same bytes."""
    buffer = io.BytesIO()
    footer = _Footer(receipt)
    document = SimpleDocTemplate(
        buffer,
        pagesize=(PAGE_WIDTH_MM * MM, PAGE_HEIGHT_MM * MM),
        **dict.fromkeys(("leftMargin", "rightMargin", "topMargin"), _MARGIN_MM * MM),
        bottomMargin=max(_MARGIN_MM * MM, _FOOT_MM * MM + footer.height + 8),
        title=TITLE,
        author="Activa",
        creator="Activa",
        producer="Activa",
        lang="es-CO",
        invariant=1,
        initialFontName=REGULAR,
    )
    document.build(_story(receipt), onFirstPage=footer, onLaterPages=footer)
    return buffer.getvalue()


def _story(receipt: Receipt) -> list[Flowable]:
    story: list[Flowable] = [
        Paragraph(TITLE, _HEADING),
        Paragraph(escape(receipt.company), _TEXT),
        Paragraph(escape(f"Expedida el {receipt.issued}"), _LABEL),
        Spacer(1, 8),
        _table([(Paragraph(escape(a), _LABEL), Paragraph(escape(b), _TEXT)) for a, b in receipt.facts], (0.36, 0.64)),
    ]
    if receipt.documents:
        story.append(Paragraph("Cartas recibidas", _SECTION))
        rows = [
            (
                Paragraph(f"{escape(folio)}<br/>{escape(received)}<br/>{escape(outcome)}", _TEXT),
                Paragraph(f"SHA-256<br/>{escape(sha256)}", _SMALL),
            )
            for folio, received, outcome, sha256 in receipt.documents
        ]
        story.append(_table(rows, (0.45, 0.55)))
    story.append(Paragraph("Lo que ha pasado", _SECTION))
    rows = [tuple(Paragraph(escape(text), _TEXT) for text in event) for event in receipt.events]
    story.append(_table(rows, (0.38, 0.44, 0.18)))
    return story


def _table(rows: list[tuple[Paragraph, ...]], shares: tuple[float, ...]) -> Flowable:
    if not rows:
        return Spacer(1, 1)
    style = [("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    style += [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 3)]
    return Table(rows, colWidths=[share * _WIDTH for share in shares], style=TableStyle(style))


class _Footer:
    """Draws the foot of each page, above the paper's edge; a long name of a lender wraps."""

    def __init__(self, receipt: Receipt) -> None:
        text = f"{receipt.lender} · Los datos de esta constancia son los que tenía el sistema al expedirla."
        self._text = Paragraph(escape(text), _FOOT)
        self.height = float(self._text.wrap(_WIDTH - 20 * MM, PAGE_HEIGHT_MM * MM)[1])

    def __call__(self, canvas: Canvas, document: SimpleDocTemplate) -> None:
        self._text.drawOn(canvas, _MARGIN_MM * MM, _FOOT_MM * MM - (_FOOT.leading - _FOOT.fontSize))
        page = f"Página {document.page}"
        draw_line(canvas, page, PAGE_WIDTH_MM - _MARGIN_MM - 16, PAGE_HEIGHT_MM - _FOOT_MM, REGULAR, 7.5)
