"""Content into PDF: the same content gives the same bytes, whoever runs it and whenever.

What people typed is escaped before it reaches reportlab's markup, where `<img src=...>` would read a local file.
"""

import io
from typing import Final
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from domain.identity import DocumentType
from domain.letter import LetterContent
from letters import clauses
from letters.codes import digest_prefix, marker_cells, page_code, qr_cells
from letters.drawing import MM, Flow, draw_box, draw_cells, draw_line, split_columns
from letters.errors import LetterCharacterError, LetterTextTooLongError
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, SIGNATURE_BOX, TEXT_MARGIN_MM, fiducial_id
from letters.typeface import BOLD, REGULAR, has_glyphs

# Belt and braces beside the escaping: markup that slips through can't reach the disk or the network.
rl_config.trustedSchemes = []
rl_config.trustedHosts = []

AUTHOR: Final = "Activa"
"""Fixed: the file's properties carry no name that somebody typed."""

_WIDTH_MM: Final = PAGE_WIDTH_MM - 2 * TEXT_MARGIN_MM
_GUTTER_MM: Final = 6.0
_COLUMN_MM: Final = (_WIDTH_MM - _GUTTER_MM) / 2
_HEADER_MM: Final = 132.0
"""Width of what stands left of the first code."""
_BODY_TOP_MM: Final = 54.0
_BODY_BOTTOM_MM: Final = SIGNATURE_BOX.y_mm - 4.5
_FOOTER_MM: Final = PAGE_HEIGHT_MM - 7.0
_ONLY_PAGE: Final = 1

_TITLE: Final = ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=18)
_SUBTITLE: Final = ParagraphStyle("subtitle", fontName=REGULAR, fontSize=10.5, leading=14, textColor="#444444")
_SMALL: Final = ParagraphStyle("small", fontName=REGULAR, fontSize=8, leading=10.5, textColor="#333333")
_TEXT: Final = ParagraphStyle("text", fontName=REGULAR, fontSize=8.8, leading=11.2, alignment=TA_JUSTIFY)
_CLAUSE: Final = ParagraphStyle("clause", parent=_TEXT, fontSize=8, leading=9.6, alignment=TA_LEFT)
_SIGNER: Final = ParagraphStyle("signer", fontName=REGULAR, fontSize=8, leading=10)
_NOTE: Final = ParagraphStyle("note", fontName=REGULAR, fontSize=7.5, leading=9.4, textColor="#444444")


def render_letter(content: LetterContent) -> bytes:
    """Return the letter's PDF, or raise LetterTextTooLongError or LetterCharacterError naming the field."""
    values = _escaped(content)
    pages = len(GEOMETRY.pages)
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer,
        pagesize=(PAGE_WIDTH_MM * MM, PAGE_HEIGHT_MM * MM),
        invariant=1,
        lang="es-CO",
        initialFontName=REGULAR,  # without it an unembedded Helvetica gets into the file
    )
    canvas.setTitle(clauses.TITLE)
    canvas.setSubject(content.folio)
    for describe in (canvas.setAuthor, canvas.setCreator, canvas.setProducer):
        describe(AUTHOR)
    _draw_landmarks(canvas, content, _ONLY_PAGE, pages)
    _draw_header(canvas, content, values)
    _draw_body(canvas, content, values)
    _draw_signature(canvas, content, values)
    _draw_footer(canvas, content, _ONLY_PAGE, pages)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _escaped(content: LetterContent) -> dict[str, str]:
    found = clauses.words(content)
    for name, text in found.items():
        if not has_glyphs(text):
            raise LetterCharacterError(name, "has a character that the letter can't print; type it in Latin letters")
    return {name: escape(text) for name, text in found.items()}


def _draw_landmarks(canvas: Canvas, content: LetterContent, page: int, pages: int) -> None:
    layout = GEOMETRY.pages[page - 1]
    for corner, box in enumerate(layout.fiducials):
        draw_cells(canvas, marker_cells(fiducial_id(page - 1, corner)), box)
    cells = qr_cells(page_code(content, page, pages))
    for box in layout.codes:
        draw_cells(canvas, cells, box)


def _draw_header(canvas: Canvas, content: LetterContent, values: dict[str, str]) -> None:
    flow = Flow(canvas, TEXT_MARGIN_MM, 21.0, _HEADER_MM, _BODY_TOP_MM)
    flow.add(Paragraph(clauses.TITLE.replace(" y ", "<br/>y "), _TITLE))
    flow.add(Paragraph(clauses.SUBTITLE, _SUBTITLE))
    flow.skip(2.5)
    flow.add(Paragraph("{city}, {date}".format(**values), _SMALL))
    flow.add(Paragraph(f"Folio <b>{content.folio}</b>  ·  Versión {content.template_version}", _SMALL))
    flow.add(Paragraph(f"Huella {digest_prefix(content.sha256)}", _SMALL))


def _draw_body(canvas: Canvas, content: LetterContent, values: dict[str, str]) -> None:
    flow = Flow(canvas, TEXT_MARGIN_MM, _BODY_TOP_MM, _WIDTH_MM, _BODY_BOTTOM_MM)
    opening = Paragraph(clauses.opening(content).format(**values), _TEXT)
    closing = Paragraph(clauses.CLOSING.format(**values), _TEXT)
    paragraphs = [Paragraph(f"<b>{heading}</b> {text.format(**values)}", _CLAUSE) for heading, text in clauses.CLAUSES]
    left, right, height_mm = split_columns(paragraphs, _COLUMN_MM)
    try:
        flow.add(opening)
        flow.skip(2.7)
        flow.add_columns(left, right, _COLUMN_MM, height_mm)
        flow.skip(2.7)
        flow.add(closing)
    except OverflowError:
        raise LetterTextTooLongError(_longest(values), "is too long for the letter; shorten it") from None


def _draw_signature(canvas: Canvas, content: LetterContent, values: dict[str, str]) -> None:
    box = SIGNATURE_BOX
    draw_line(canvas, clauses.SIGN_HERE, box.x_mm, box.y_mm - 1.6, BOLD, 8.5)
    draw_box(canvas, box)
    beside = Flow(canvas, box.x_mm + box.width_mm + 4.0, box.y_mm, 34.0, box.y_mm + box.height_mm)
    beside.add(Paragraph(clauses.HOW_TO_SIGN, _NOTE))
    abbreviation = content.representative.document_type
    article = "expedida en" if abbreviation in {DocumentType.CC, DocumentType.CE} else "expedido en"
    flow = Flow(canvas, box.x_mm, box.y_mm + box.height_mm + 1.2, _HEADER_MM, _FOOTER_MM - 2.4)
    lines = (
        ("representative", "<b>{representative}</b>"),
        ("role", f"{abbreviation} {{number}}, {article} {{document_city}}  ·  {{role}}"),
        ("company", "{company}  ·  NIT {nit}"),
        ("representative_mail", "{representative_mail}  ·  {representative_phone}"),
    )
    for name, line in lines:
        try:
            flow.add(Paragraph(line.format(**values), _SIGNER))
        except OverflowError:
            raise LetterTextTooLongError(name, "is too long for the letter; shorten it") from None


def _draw_footer(canvas: Canvas, content: LetterContent, page: int, pages: int) -> None:
    text = f"Folio {content.folio}  ·  Versión {content.template_version}  ·  Página {page} de {pages}"
    draw_line(canvas, text, TEXT_MARGIN_MM, _FOOTER_MM, REGULAR, 7.5)


def _longest(values: dict[str, str]) -> str:
    typed = ("representative", "company", "address", "role", "document_city", "company_city", "lender", "policy_url")
    return max(typed, key=lambda name: len(values[name]))
