"""The letter as a person and a machine get it."""

import io
import re

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.letter.content import LetterContent
from domain.profiles.text import is_printable
from letters import render_letter
from letters.codes import page_code, qr_cells, read_page_code
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM
from letters.issuing.typeface import has_glyphs
from tests.support.builders import letter
from tests.support.letters.texts import text_of

HEADINGS = (
    "PRIMERA. Objeto.",
    "SEGUNDA. Autorización expresa.",
    "TERCERA. Transitoriedad.",
    "CUARTA. Compromisos.",
    "QUINTA. Responsabilidad e indemnidad.",
    "SEXTA. Terminación.",
    "SÉPTIMA. Protección de datos personales.",
    "OCTAVA. Conservación.",
    "NOVENA. Avisos.",
    "DÉCIMA. Firma.",
)


@pytest.mark.parametrize("kind", ["juridica", "natural"])
def test_every_clause_and_variable_is_on_the_letter(kind: str) -> None:
    content = letter(company={"person_type": kind})

    text = text_of(render_letter(content))

    assert [heading for heading in HEADINGS if heading not in text] == []
    for said in (
        "Panadería Ñáñez & Güiza S.A.S.",
        "900373115-3",
        "María Ángela Peñaranda Muñoz",
        "cédula de ciudadanía número 52345678",
        "30 días calendario",
        "24 de noviembre de 2026",
        "Contable Ejemplo S.A.S.",
        "datos@contable.example.co",
        "https://contable.example.co/datos",
        "contacto@panaderia.example.co",
        "Página 1 de 1",
        "Firme aquí a mano",
        content.folio,
        content.template_version,
    ):
        assert said in text
    assert "{" not in text


def test_a_legal_person_is_represented_and_a_merchant_signs_in_their_own_name() -> None:
    juridica = text_of(render_letter(letter(company={"person_type": "juridica"})))
    natural = text_of(render_letter(letter(company={"person_type": "natural"})))

    assert "representante legal de" in juridica
    assert "en nombre propio" not in juridica
    assert "obrando en nombre propio, en mi condición de comerciante" in natural
    assert "representante legal" not in natural


def test_the_same_content_gives_the_same_bytes_within_the_size_that_leaves_room_for_a_scan() -> None:
    first, second = render_letter(letter()), render_letter(letter())

    assert first == second
    assert len(first) <= 80_000


def test_another_content_gives_another_code_and_other_bytes() -> None:
    changed = letter(representative={"document_number": "52345679"})

    assert page_code(changed, 1, 1).digest != page_code(letter(), 1, 1).digest
    assert render_letter(changed) != render_letter(letter())


def test_every_font_is_embedded_and_the_file_says_its_language_but_no_person() -> None:
    with pikepdf.open(io.BytesIO(render_letter(letter()))) as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"]
        descriptors = [font.FontDescriptor for font in fonts]

        assert {"/TrueType"} == {str(font.Subtype) for font in fonts}
        assert all("/FontFile2" in descriptor for descriptor in descriptors)
        assert str(pdf.Root.Lang) == "es-CO"
        properties = " ".join(str(value) for value in pdf.docinfo.values())
        assert not re.search("Peñaranda|Panadería|52345678|900373115", properties)
        assert str(pdf.docinfo["/Author"]) == "Activa"
        assert str(pdf.docinfo["/Subject"]) == letter().folio


HOSTILE = [
    '<img src="/etc/passwd"/>',
    "<b>",
    "</para>",
    "A & B",
    "&lt;",
    "{company}",
    "%(x)s",
    "<a href='http://x'>y</a>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_printed_and_never_obeyed(name: str) -> None:
    data = render_letter(letter(company={"legal_name": name}, representative={"full_name": name, "role": name}))

    assert text_of(data).count(name) >= 4
    with pikepdf.open(io.BytesIO(data)) as pdf:
        subtypes = {str(item.get("/Subtype")) for item in pdf.objects if isinstance(item, pikepdf.Dictionary)}
        assert not subtypes & {"/Image", "/Link"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.text([chr(code) for code in range(0x20, 0x2200) if is_printable(chr(code))], min_size=1, max_size=120))
def test_any_name_that_may_be_typed_can_be_printed(name: str) -> None:
    content = letter(company={"legal_name": f"x{name}"}, representative={"full_name": f"x{name}"})

    data = render_letter(content)

    assert data.startswith(b"%PDF-1.")
    assert len(data) <= 80_000


def test_the_fonts_have_a_glyph_for_every_character_that_may_be_typed() -> None:
    assert has_glyphs("".join(chr(code) for code in range(0x20, 0x2200) if is_printable(chr(code))))


def test_the_code_says_folio_page_and_digest_and_is_read_back() -> None:
    code = page_code(letter(), 1, 1)

    assert read_page_code(code.text) == code
    assert len(code.text) <= 67
    assert re.fullmatch(r"[0-9A-Z $%*+./:-]+", code.text)
    assert len(qr_cells(code)) == 33


@pytest.mark.parametrize(
    "text", ["", "https://example.com", "ACT1/AC-1/1-1/A", "ACT2/AC-EXAD-RVCA-FR4M/1-1/" + "A" * 26]
)
def test_other_codes_are_not_ours(text: str) -> None:
    assert read_page_code(text) is None


def test_landmarks_keep_clear_of_the_paper_s_edge_and_of_each_other() -> None:
    for page in GEOMETRY.pages:
        boxes = [*page.signature_boxes, *page.codes, *page.fiducials]
        for box in boxes:
            assert box.x_mm >= 9
            assert box.y_mm >= 9
            assert box.x_mm + box.width_mm <= PAGE_WIDTH_MM - 8.9
            assert box.y_mm + box.height_mm <= PAGE_HEIGHT_MM - 8.9
        for first in boxes:
            for second in boxes:
                assert first is second or not _touch(first, second)


def _touch(first, second) -> bool:
    return (
        first.x_mm < second.x_mm + second.width_mm
        and second.x_mm < first.x_mm + first.width_mm
        and first.y_mm < second.y_mm + second.height_mm
        and second.y_mm < first.y_mm + first.height_mm
    )


def test_the_same_content_may_be_written_and_read_as_json() -> None:
    content = letter()

    assert LetterContent.model_validate_json(content.model_dump_json()) == content
