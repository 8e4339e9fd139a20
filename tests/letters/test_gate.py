"""Which files may be opened at all."""

import io

import pikepdf
import pytest

from letters import render_letter
from letters.gate import check_pdf
from tests.builders import letter

LIMIT = 1_048_576


def codes(data: bytes, limit_bytes: int = LIMIT) -> list[str]:
    return [reason.code for reason in check_pdf(data, limit_bytes)]


def changed(change) -> bytes:
    """Return our letter after a change made with pikepdf."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(render_letter(letter()))) as pdf:
        save = change(pdf) or {}
        pdf.save(out, **save)
    return out.getvalue()


def test_our_own_letter_is_fit() -> None:
    assert codes(render_letter(letter())) == []


def test_the_limit_is_inclusive_and_the_message_says_size_limit_and_what_to_do() -> None:
    data = render_letter(letter())

    assert codes(data, len(data)) == []
    (reason,) = check_pdf(data + b"\n" * 2_000_000, LIMIT)
    assert reason.code == "too_large"
    assert "1,93 MB" in reason.message
    assert "1,00 MB" in reason.message
    assert "dpi" in reason.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\xff\xd8\xff\xe0 JFIF", "not_pdf", id="a picture"),
        pytest.param(b"\n%PDF-1.4\n", "not_pdf", id="a header that begins late"),
        pytest.param(b"%PDF-1.4 nothing else", "unreadable", id="a header alone"),
    ],
)
def test_what_is_no_pdf_is_refused(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_an_encrypted_file_is_refused_even_without_a_password_to_open_it() -> None:
    assert codes(changed(lambda _: {"encryption": pikepdf.Encryption(owner="x", user="")})) == ["encrypted"]
    assert codes(changed(lambda _: {"encryption": pikepdf.Encryption(owner="x", user="y")})) == ["encrypted"]


def test_too_many_pages_are_refused() -> None:
    def repeat(pdf: pikepdf.Pdf) -> None:
        for _ in range(10):
            pdf.pages.append(pdf.pages[0])

    assert codes(changed(repeat)) == ["too_many_pages"]


def _action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Extra = pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")])


def _attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"x"


def _automatic(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary()


def _form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(XFA=pdf.make_stream(b"<x/>")))


@pytest.mark.parametrize("change", [_action, _launch, _attachment, _automatic, _form])
def test_active_content_is_refused(change) -> None:
    assert codes(changed(change)) == ["active_content"]


@pytest.mark.parametrize("cut", [100, 5000, 20_000])
def test_a_torn_file_never_raises(cut: int) -> None:
    assert all(isinstance(code, str) for code in codes(render_letter(letter())[:-cut]))
