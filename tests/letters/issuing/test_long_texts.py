"""Long and wide texts on the letter: they wrap within their places, or are refused by the field to shorten."""

import io

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.letter.content import LetterContent
from domain.letter.examination import LetterOnRecord, Verdict
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from letters import LetterChecker, render_letter
from letters.geometry import GEOMETRY, PAGE_HEIGHT_MM, PAGE_WIDTH_MM, SIGNATURE_BOX, TEXT_MARGIN_MM, Box
from letters.issuing.errors import LetterCharacterError, LetterTextTooLongError
from portal.development.signing import sign_and_scan
from tests.support.builders import letter, representative
from tests.support.letters.texts import text_of

WORDS = "Comercializadora Internacional de Productos Agrícolas y Alimentos Procesados del Valle del Cauca S.A.S. "
LENGTHS = {
    "company.legal_name": 250,
    "company.address": 200,
    "company.city": 60,
    "representative.full_name": 120,
    "representative.document_city": 60,
    "representative.role": 100,
}
MAIL = f"{'m' * 48}@{'m' * 20}.example"
PHONE = "+57 601 555 0101 ext. 123456 / +57 310 765 4321 ext. 123456"
MM = 25.4 / 72


def words(length: int) -> str:
    return (WORDS * 3)[:length].strip()


def with_texts(texts: dict[str, str]) -> LetterContent:
    parts: dict[str, dict[str, str]] = {"company": {}, "representative": {}}
    for name, text in texts.items():
        part, field = name.split(".")
        parts[part][field] = text
    return letter(**parts)


def refused_fields(texts: dict[str, str]) -> tuple[str, ...]:
    try:
        render_letter(with_texts(texts))
    except LetterTextTooLongError as error:
        return error.fields
    return ()


def characters_of(data: bytes) -> list[Box]:
    """Return where each visible character of a letter stands."""
    with pypdfium2.PdfDocument(data) as document:
        assert len(document) == 1
        page = document[0].get_textpage()
        found = []
        for index in range(page.count_chars()):
            left, bottom, right, top = (side * MM for side in page.get_charbox(index))
            if page.get_text_range(index, 1).strip():
                found.append(Box(x_mm=left, y_mm=PAGE_HEIGHT_MM - top, width_mm=right - left, height_mm=top - bottom))
        return found


def touches(first: Box, second: Box, distance: float = 0.0) -> bool:
    return (
        first.x_mm < second.x_mm + second.width_mm + distance
        and second.x_mm < first.x_mm + first.width_mm + distance
        and first.y_mm < second.y_mm + second.height_mm + distance
        and second.y_mm < first.y_mm + first.height_mm + distance
    )


def assert_all_in_its_frame(data: bytes) -> None:
    (page,) = GEOMETRY.pages
    characters = characters_of(data)
    assert len(characters) > 3000
    for each in characters:
        assert each.x_mm >= TEXT_MARGIN_MM - 0.5
        assert each.x_mm + each.width_mm <= PAGE_WIDTH_MM - TEXT_MARGIN_MM + 0.5
        assert each.y_mm >= 20
        assert each.y_mm + each.height_mm <= PAGE_HEIGHT_MM - 5
        assert not any(touches(each, code, 2.5) for code in page.codes)
        assert not any(touches(each, mark, 1.0) for mark in page.fiducials)
        assert not touches(each, SIGNATURE_BOX)


@pytest.mark.parametrize("sign", ["W", "Œ", "…", "№", "i", "Ǖ"])
@pytest.mark.parametrize("field", LENGTHS)
def test_one_long_word_of_any_letter_wraps_in_any_field(field: str, sign: str) -> None:
    data = render_letter(with_texts({field: sign * LENGTHS[field]}))

    assert text_of(data).replace(" ", "").count(sign * 20) >= 1
    assert_all_in_its_frame(data)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(list(LENGTHS)),
        st.tuples(st.sampled_from(["W", "…", "Œ", "m", "i", "W ", "Ñandú ", "…-"]), st.floats(0.5, 1)),
        min_size=1,
    ),
    st.booleans(),
)
def test_a_letter_holds_all_its_text_in_its_frame_or_names_what_to_shorten(
    filled: dict[str, tuple[str, float]], contacts: bool
) -> None:
    texts = {field: (sign * 250)[: int(LENGTHS[field] * share)].strip() for field, (sign, share) in filled.items()}
    if contacts:
        texts |= {"company.email": MAIL, "representative.email": MAIL, "representative.phone": PHONE}

    refused = refused_fields(texts)

    assert set(refused) <= set(texts)
    shorter = texts | {field: "A" if "email" not in field else "a@b.co" for field in refused}
    assert_all_in_its_frame(render_letter(with_texts(shorter)))


@pytest.mark.parametrize("change", [str, str.upper], ids=["as written", "in capitals"])
def test_fields_at_their_longest_fit_together(change) -> None:
    texts = {field: change(words(length)) for field, length in LENGTHS.items()}

    data = render_letter(with_texts(texts | {"company.email": MAIL, "representative.email": MAIL}))

    assert text_of(data).count(texts["company.legal_name"]) >= 2
    assert_all_in_its_frame(data)


def test_a_letter_in_the_ordinary_type_is_the_one_that_it_always_was() -> None:
    with pikepdf.open(io.BytesIO(render_letter(letter()))) as pdf:
        drawn = pdf.pages[0].Contents.read_bytes()

    assert b" 8.8 Tf 11.2 TL" in drawn


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({"company.legal_name": words(250)}, id="a long name"),
        pytest.param({"company.legal_name": "W" * 250}, id="one wide word"),
        pytest.param({field: words(length).upper() for field, length in LENGTHS.items()}, id="all long, in capitals"),
        pytest.param({"company.city": "W" * 60}, id="a long header"),
    ],
)
def test_a_letter_with_long_texts_is_read_back_from_its_scan(checker: LetterChecker, texts: dict[str, str]) -> None:
    content = with_texts(texts)
    issued = LetterOnRecord(content=content, pdf=render_letter(content))

    signed = checker.check(sign_and_scan(issued.pdf), issued)
    unsigned = checker.check(sign_and_scan(issued.pdf, signed=False), issued)

    assert (signed.verdict, signed.reasons) == (Verdict.ACCEPTED, ())
    assert [reason.code for reason in unsigned.reasons] == ["not_signed"]


def test_a_text_that_does_not_fit_is_refused_by_its_field_and_not_shrunk() -> None:
    wide = representative().model_copy(update={"full_name": "W" * 2000})

    with pytest.raises(LetterTextTooLongError) as caught:
        render_letter(letter().model_copy(update={"representative": wide}))

    assert caught.value.fields == ("representative.full_name",)
    assert "los nombres y apellidos" in caught.value.message_es
    assert "WWW" not in str(caught.value) + caught.value.message_es


def test_characters_without_a_glyph_are_refused_by_their_fields() -> None:
    strange = representative().model_copy(update={"role": "Gerente 🦜", "full_name": "Ana 🦜"})

    with pytest.raises(LetterCharacterError) as caught:
        render_letter(letter().model_copy(update={"representative": strange}))

    assert caught.value.fields == ("representative.full_name", "representative.role")
    assert "🦜" not in str(caught.value)


def test_the_lengths_here_are_those_of_the_fields() -> None:
    for name, length in LENGTHS.items():
        part, field = name.split(".")
        model = {"company": Company, "representative": Representative}[part]
        assert model.model_json_schema()["properties"][field]["maxLength"] == length
