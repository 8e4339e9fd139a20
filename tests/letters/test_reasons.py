"""What a company reads about a letter that was not accepted: what was found, and a step they can take."""

import io
import re
from pathlib import Path

import pikepdf
import pytest

from domain.letter.examination import LetterOnRecord
from letters import LetterChecker
from letters.gate.makers import maker_of
from letters.reasons import DOUBTS, MESSAGES, because, made_by
from tests.support.letters.scans import scan

VALUES = {"found": 31, "limit": 20, "pages": "página 2", "seems": "Parece un video"}
STEP = re.compile(
    r"\b(adjunta|toma|tómala|imprime|imprímela|escanea|descarga|descárgala|fírmala|firma|comprueba)\b",
    re.IGNORECASE,
)
JARGON = re.compile(r"ppp|resolución|trama|metadato|\bOCR\b|cifrad|códec|formato no", re.IGNORECASE)
PEOPLE = Path(__file__).parent / "people"


def said(code: str) -> str:
    return because(code, **VALUES, of_maker=" de CamScanner", with_maker=" con CamScanner").message


def made(data: bytes, **about: object) -> bytes:
    """Return a file that says of itself which program made it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.trailer["/Info"] = pdf.make_indirect(pikepdf.Dictionary({f"/{key}": value for key, value in about.items()}))
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("code", MESSAGES)
def test_each_code_says_what_was_found_and_one_step_in_two_sentences(code: str) -> None:
    found, step, *more = re.split(r"(?<=\.) (?=[A-ZÁÉÍÓÚ])", said(code))

    assert not more
    assert found.endswith(".")
    assert step.endswith(".")
    assert STEP.search(step)
    assert not JARGON.search(said(code))


@pytest.mark.parametrize("code", sorted(DOUBTS))
def test_whoever_waits_for_a_person_is_told_so_and_how_not_to_wait(code: str) -> None:
    assert re.search(r"una persona l[ao] revisará\. Si no quieres esperar,", said(code))


def test_what_refuses_does_not_promise_a_person() -> None:
    assert not [code for code in MESSAGES if code not in DOUBTS and "una persona" in said(code)]


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        pytest.param(b"II*\0", "Parece una imagen TIFF", id="an office scanner's picture"),
        pytest.param(b"PK\x03\x04", "Parece un documento de Word o un archivo comprimido", id="a document"),
        pytest.param(b"\0\0\0\x20ftypisom", "Parece un video", id="a film instead of a photo"),
        pytest.param(b"hello", "No lo reconocemos", id="nothing known"),
    ],
)
def test_a_file_of_another_kind_is_named(checker: LetterChecker, beginning: bytes, name: str) -> None:
    (reason,) = checker.gate(beginning + bytes(40))

    assert (reason.code, f" {name}: " in reason.message) == ("not_pdf", True)


@pytest.mark.parametrize(
    ("about", "maker"),
    [
        pytest.param({"Producer": "intsig.com pdf producer"}, "CamScanner", id="by its producer"),
        pytest.param({"Author": "CamScanner"}, "CamScanner", id="by its author"),
        pytest.param({"Creator": "Adobe Scan for iOS 26.03.19"}, "Adobe Scan", id="with a version"),
        pytest.param({"Creator": pikepdf.String("HP Scan ★")}, "HP Scan", id="in UTF-16"),
        pytest.param({"Producer": "Llama al 600"}, None, id="a stranger"),
        pytest.param({"Producer": 7}, None, id="no text"),
        pytest.param({"Producer": pikepdf.String(b"\xfe\xff\xd8")}, None, id="half a character"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_program_is_known_by_what_it_writes_of_itself(about: dict[str, object], maker: str | None) -> None:
    with pikepdf.open(io.BytesIO(made((PEOPLE / "control_plain_scan.pdf").read_bytes(), **about))) as pdf:
        assert maker_of(pdf) == maker


def test_a_filter_is_refused_with_the_name_of_the_program_that_has_it(
    checker: LetterChecker, issued: LetterOnRecord
) -> None:
    data = scan(issued.pdf, "blank", "bilevel 200", 4)

    named = checker.check(made(data, Producer="intsig.com pdf producer"), issued)
    nameless = checker.check(made(data, Producer="Quartz PDFContext"), issued)

    assert named.reasons == (made_by("signature_not_visible", "CamScanner"),)
    assert "escanéala en color con CamScanner." in named.reasons[0].message
    assert nameless.reasons == (made_by("signature_not_visible", None),)
    assert "escanéala en color." in nameless.reasons[0].message


@pytest.mark.parametrize(
    ("maker", "beginning", "end"),
    [
        (
            "CamScanner",
            "El filtro de blanco y negro de CamScanner borró",
            "de nuevo en color con CamScanner, y adjúntala.",
        ),
        (None, "El filtro de blanco y negro borró", "de nuevo en color, y adjúntala."),
    ],
)
def test_a_filter_that_has_spoilt_the_codes_is_named_by_its_program(
    maker: str | None, beginning: str, end: str
) -> None:
    said = made_by("black_and_white", maker).message

    assert said.startswith(beginning)
    assert said.endswith(end)


def test_an_unreadable_note_about_the_program_spoils_nothing(checker: LetterChecker, issued: LetterOnRecord) -> None:
    data = scan(issued.pdf, "pen", "flatbed 150", 4)

    assert checker.check(made(data, Producer=pikepdf.Array([1]), Creator=7), issued).reasons == ()
