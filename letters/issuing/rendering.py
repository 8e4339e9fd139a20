"""Content into PDF: the same content gives the same bytes, whoever runs it and whenever.

What people typed is escaped before it reaches reportlab's markup, where `<img src=...>` would read a local file.
It wraps where it stands. A letter that does not fit in the ordinary type is set in a closer one; what does not fit even
so is refused by the fields to shorten. The landmarks never move.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas

from domain.letter.content import LetterContent
from domain.profiles.identity import DocumentType
from letters.codes import digest_prefix, marker_cells, page_code, qr_cells
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, SIGNATURE_BOX, TEXT_MARGIN_MM, fiducial_id
from letters.issuing import clauses
from letters.issuing.drawing import MM, Flow, Text, draw_box, draw_cells, draw_line, split_columns
from letters.issuing.errors import LetterCharacterError, LetterTextTooLongError
from letters.issuing.typeface import BOLD, REGULAR, has_glyphs, width

# Belt and braces beside the escaping: markup that slips through can't reach the disk or the network.
rl_config.trustedSchemes = []
rl_config.trustedHosts = []
# Written as ASCII a letter would be a quarter larger, and take longer.
rl_config.useA85 = 0

AUTHOR: Final = "Activa"
"""Fixed: the file's properties carry no name that somebody typed."""

_WIDTH_MM: Final = PAGE_WIDTH_MM - 2 * TEXT_MARGIN_MM
_GUTTER_MM: Final = 6.0
_COLUMN_MM: Final = (_WIDTH_MM - _GUTTER_MM) / 2
_LEFT_OF_CODES_MM: Final = 132.0
"""Width of what stands left of a code."""
_HEADER_BOTTOM_MM: Final = 58.0
_BODY_TOP_MM: Final = 54.0
"""Unless the header is longer, as a long name of a city makes it."""
_BODY_BOTTOM_MM: Final = SIGNATURE_BOX.y_mm - 4.5
_FOOTER_MM: Final = PAGE_HEIGHT_MM - 7.0
_ONLY_PAGE: Final = 1

_TITLE: Final = ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=18)
_SUBTITLE: Final = ParagraphStyle("subtitle", fontName=REGULAR, fontSize=10.5, leading=14)
_SMALL: Final = ParagraphStyle("small", fontName=REGULAR, fontSize=8, leading=10.5)
_NOTE: Final = ParagraphStyle("note", fontName=REGULAR, fontSize=7.5, leading=9.4)


class Setting(NamedTuple):
    """How close what was typed and the wording around it are set."""

    text: ParagraphStyle
    clause: ParagraphStyle
    signer: ParagraphStyle
    gap_mm: float


def _style(name: str, size: float, leading: float, alignment: int = TA_LEFT) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=REGULAR, fontSize=size, leading=leading, alignment=alignment)


_SETTINGS: Final = (
    Setting(_style("text", 8.8, 11.2, TA_JUSTIFY), _style("clause", 8, 9.6), _style("signer", 8, 10), 2.7),
    Setting(_style("text", 8.4, 10, TA_JUSTIFY), _style("clause", 7.5, 8.6), _style("signer", 7, 8.2), 2.0),
)
"""The ordinary one first. None is smaller than can be read in print: a letter that can't be read binds nobody."""

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "company.legal_name": ("company",),
    "company.address": ("address",),
    "company.city": ("city", "company_city"),
    "company.email": ("company_mail",),
    "representative.full_name": ("representative",),
    "representative.document_number": ("number",),
    "representative.document_city": ("document_city",),
    "representative.role": ("role",),
    "representative.email": ("representative_mail",),
    "representative.phone": ("representative_phone",),
    "lender.name": ("lender",),
    "lender.data_protection_mail": ("data_protection_mail",),
    "lender.policy_url": ("policy_url",),
}
"""What was typed, and under which names the wording has it."""

_OF_THE_SIGNER: Final = frozenset(
    ("representative", "number", "document_city", "role", "company", "representative_mail", "representative_phone")
)


class _PlaceFullError(Exception):
    """A place of the letter can't take what stands there; the names are of what was typed into it."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        super().__init__()


def render_letter(content: LetterContent) -> bytes:
    """Return the letter's PDF, or raise LetterTextTooLongError or LetterCharacterError naming the fields."""
    return draw_letter(content, clauses.CLAUSES, content)


def draw_letter(content: LetterContent, wording: Sequence[clauses.Clause], coded: LetterContent) -> bytes:
    """Return a PDF of a content in some wording under the folio, digest and codes of another content.

    Only a forger wants them to differ: the benchmarks draw forgeries with it to measure how many are found.
    """
    values = _escaped(content)
    for setting in _SETTINGS:
        try:
            return _drawn(content, values, wording, coded, setting)
        except _PlaceFullError:
            continue
    raise LetterTextTooLongError(*_to_shorten(content, values, wording, coded))


def _drawn(
    content: LetterContent,
    values: dict[str, str],
    wording: Sequence[clauses.Clause],
    coded: LetterContent,
    setting: Setting,
) -> bytes:
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
    canvas.setSubject(coded.folio)
    for describe in (canvas.setAuthor, canvas.setCreator, canvas.setProducer):
        describe(AUTHOR)
    _draw_landmarks(canvas, coded, _ONLY_PAGE, pages)
    header_mm = _draw_header(canvas, coded, values)
    _draw_body(canvas, content, values, wording, setting, max(_BODY_TOP_MM, header_mm + 1.5))
    _draw_signature(canvas, content, values, setting)
    _draw_footer(canvas, coded, _ONLY_PAGE, pages)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _to_shorten(
    content: LetterContent, values: dict[str, str], wording: Sequence[clauses.Clause], coded: LetterContent
) -> tuple[str, ...]:
    """Return the fields without which the rest would fit: of each place that is full the widest ones."""
    found: list[str] = []
    while True:
        try:
            _drawn(content, values, wording, coded, _SETTINGS[-1])
        except _PlaceFullError as full:
            left = {field: names for field, names in _FIELDS.items() if field not in found and {*names} & full.names}
            if not left:
                raise
            widest = max(left, key=lambda field: width(values[left[field][0]], REGULAR, 1))
            found.append(widest)
            values = values | dict.fromkeys(left[widest], "")
        else:
            return tuple(found)


def _escaped(content: LetterContent) -> dict[str, str]:
    found = clauses.words(content)
    strange = [name for name, text in found.items() if not has_glyphs(text)]
    if strange:
        raise LetterCharacterError(*(field for field, names in _FIELDS.items() if {*names} & {*strange}))
    return {name: escape(text) for name, text in found.items()}


def _draw_landmarks(canvas: Canvas, content: LetterContent, page: int, pages: int) -> None:
    layout = GEOMETRY.pages[page - 1]
    for corner, box in enumerate(layout.fiducials):
        draw_cells(canvas, marker_cells(fiducial_id(page - 1, corner)), box)
    cells = qr_cells(page_code(content, page, pages))
    for box in layout.codes:
        draw_cells(canvas, cells, box)


def _draw_header(canvas: Canvas, content: LetterContent, values: dict[str, str]) -> float:
    """Draw the header and return where it ends."""
    flow = Flow(canvas, TEXT_MARGIN_MM, 21.0, _LEFT_OF_CODES_MM, _HEADER_BOTTOM_MM)
    try:
        flow.add(Text(clauses.TITLE.replace(" y ", "<br/>y "), _TITLE))
        flow.add(Text(clauses.SUBTITLE, _SUBTITLE))
        flow.skip(2.5)
        flow.add(Text("{city}, {date}".format(**values), _SMALL))
        flow.add(Text(f"Folio <b>{content.folio}</b>  ·  Versión {content.template_version}", _SMALL))
        flow.add(Text(f"Huella {digest_prefix(content.sha256)}", _SMALL))
    except OverflowError:
        raise _PlaceFullError(frozenset({"city"})) from None
    return flow.y_mm


def _draw_body(
    canvas: Canvas,
    content: LetterContent,
    values: dict[str, str],
    wording: Sequence[clauses.Clause],
    setting: Setting,
    top_mm: float,
) -> None:
    flow = Flow(canvas, TEXT_MARGIN_MM, top_mm, _WIDTH_MM, _BODY_BOTTOM_MM)
    opening = Text(clauses.opening(content).format(**values), setting.text)
    closing = Text(clauses.CLOSING.format(**values), setting.text)
    paragraphs = [Text(f"<b>{heading}</b> {text.format(**values)}", setting.clause) for heading, text in wording]
    left, right, height_mm = split_columns(paragraphs, _COLUMN_MM)
    try:
        flow.add(opening)
        flow.skip(setting.gap_mm)
        flow.add_columns(left, right, _COLUMN_MM, height_mm)
        flow.skip(setting.gap_mm)
        flow.add(closing)
    except OverflowError:
        raise _PlaceFullError(frozenset(values)) from None


def _draw_signature(canvas: Canvas, content: LetterContent, values: dict[str, str], setting: Setting) -> None:
    box = SIGNATURE_BOX
    draw_line(canvas, clauses.SIGN_HERE, box.x_mm, box.y_mm - 1.6, BOLD, 8.5)
    draw_box(canvas, box)
    beside = Flow(canvas, box.x_mm + box.width_mm + 4.0, box.y_mm, 34.0, box.y_mm + box.height_mm)
    beside.add(Text(clauses.HOW_TO_SIGN, _NOTE))
    abbreviation = content.representative.document_type
    article = "expedida en" if abbreviation in {DocumentType.CC, DocumentType.CE} else "expedido en"
    flow = Flow(canvas, box.x_mm, box.y_mm + box.height_mm + 1.2, _LEFT_OF_CODES_MM, _FOOTER_MM - 2.4)
    try:
        for line in (
            "<b>{representative}</b>",
            f"{abbreviation} {{number}}, {article} {{document_city}}  ·  {{role}}",
            "{company}  ·  NIT {nit}",
            "{representative_mail}  ·  {representative_phone}",
        ):
            flow.add(Text(line.format(**values), setting.signer))
    except OverflowError:
        raise _PlaceFullError(_OF_THE_SIGNER) from None


def _draw_footer(canvas: Canvas, content: LetterContent, page: int, pages: int) -> None:
    text = f"Folio {content.folio}  ·  Versión {content.template_version}  ·  Página {page} de {pages}"
    draw_line(canvas, text, TEXT_MARGIN_MM, _FOOTER_MM, REGULAR, 7.5)
