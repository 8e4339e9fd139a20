"""The representative's data, the letter and the signed copy, page by page."""

import io
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader

from domain.letter.examination import DEFAULT_INTAKE_BYTES
from mails.spanish import day
from portal.development.signing import sign_and_scan
from portal.web.rendering import OF_A_FILE, megabytes
from tests.support.letters.photos import photo, written
from tests.support.portal.visiting import FORM, REPRESENTATIVE, Visitor, text_of, title_of

PDF, TAKEN = b"%PDF-", DEFAULT_INTAKE_BYTES
WRONG = {
    "full_name": ("Ana, entra a banco.example.co", "Tiene una dirección de internet o de correo. Bórrala"),
    "document_type": ("TI", "Con TI o registro civil no se puede firmar"),
    "document_number": ("#", "Escribe solo el número del documento: de 2 a 20 letras y números"),
    "document_city": (
        "\u202ebogotá",
        "un signo invisible que cambia el sentido de la lectura (U+202E), en la posición 1.",
    ),
    "role": ("x" * 101, "Es demasiado largo: acórtalo a 100 caracteres."),
    "email": ("maria@", "Escribe un correo completo, como ana@ejemplo.com."),
    "phone": ("12", "Tiene menos de 7 dígitos."),
}


@pytest.mark.parametrize(("field", "typed", "message"), [(name, *rest) for name, rest in WRONG.items()])
async def test_each_wrong_field_gets_its_message_and_what_was_typed_stays(
    visitor: Visitor, field: str, typed: str, message: str
) -> None:
    answer = await visitor.post("/representante", **(FORM | {field: typed}))
    assert (answer.status_code, title_of(answer)) == (422, "Error: Datos del representante legal · Activa")
    assert f'id="{field}-error"' in answer.text
    assert text_of(answer).count(message) == 2  # in the summary and at the field
    assert answer.text.count('-error"><span') == 1
    kept = "document_number" if field != "document_number" else "role"
    assert f'value="{REPRESENTATIVE[kept]}"' in answer.text
    assert (await visitor.case.status())["letter"]["folio"] is None


async def test_every_missing_field_is_named_at_once(visitor: Visitor) -> None:
    answer = await visitor.post("/representante")
    assert answer.status_code == 422
    assert [name for name in (*REPRESENTATIVE, "consent") if f'id="{name}-error"' not in answer.text] == []
    assert "Hay 8 datos por corregir" in text_of(answer)


async def test_what_does_not_fit_on_the_letter_is_told_at_the_form_in_spanish(visitor: Visitor) -> None:
    wide = {"full_name": "…" * 120, "document_city": "…" * 60, "role": "…" * 100}
    long = {"email": "m" * 60 + "@laespiga.example", "phone": "601 555 0101 ext. 123456 / 310 765 4321 ext. 123456"}

    answer = await visitor.post("/representante", **(FORM | wide | long))

    assert answer.status_code == 422
    assert "No cabe en la carta. Escribe más corto: los nombres y apellidos." in text_of(answer)


async def test_one_click_saves_the_data_and_downloads_the_letter(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    folio = (await visitor.case.status())["letter"]["folio"]
    assert PdfReader(io.BytesIO(letter)).metadata.subject == folio
    page = await visitor.get("/carta?descargar=1")
    assert 'data-start-download="/carta.pdf"' in page.text
    assert f'value="{REPRESENTATIVE["full_name"]}"' in (await visitor.get("/representante")).text


async def test_the_letter_is_saved_as_a_file_and_never_shown_within_our_pages(visitor: Visitor) -> None:
    await visitor.download_letter()
    headers = (await visitor.get("/carta.pdf")).headers
    assert headers["content-disposition"] == 'attachment; filename="carta-de-autorizacion.pdf"'
    assert headers["content-security-policy"] == OF_A_FILE


async def test_the_dates_and_the_limit_are_said_before_the_upload(visitor: Visitor) -> None:
    await visitor.download_letter()
    terms = (await visitor.case.status())["loan_terms"]
    said = text_of(await visitor.get("/carta"))
    for name in ("would_start_on", "would_end_on"):
        assert day(datetime.fromisoformat(terms[name]).date()) in said
    assert "Máximo 20 MB" in said
    assert "PDF de 1 MB o menos" in said


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "El archivo está vacío. Si está en la nube, espera a que se descargue", id="nothing in it"),
        pytest.param(b"PK\x03\x04", "El archivo no es un PDF ni una foto", id="another kind"),
        pytest.param(PDF + bytes(TAKEN - 4), "El archivo pesa 20,1 MB y el máximo es 20 MB.", id="a byte too large"),
        pytest.param(PDF + bytes(TAKEN), "El archivo pesa 20,1 MB y el máximo es 20 MB.", id="a little too large"),
    ],
)
async def test_a_file_that_can_not_be_taken_is_explained_at_its_field(
    visitor: Visitor, data: bytes, message: str
) -> None:
    await visitor.download_letter()
    answer = await visitor.upload(data)
    assert (answer.status_code, title_of(answer)) == (422, "Error: Firma la carta y adjúntala · Activa")
    assert text_of(answer).count(message) == 2
    assert (await visitor.case.status())["letter"]["versions"] == []


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"documento": ("", b"", "application/octet-stream")}, id="as a browser sends it"),
        pytest.param({"otro": ("x.txt", b"x", "text/plain")}, id="not sent at all"),
    ],
)
async def test_whoever_has_chosen_no_file_is_asked_to_choose_one(visitor: Visitor, files: dict[str, Any]) -> None:
    await visitor.download_letter()
    answer = await visitor.client.post("/carta", **multipart(files))
    assert answer.status_code == 422
    assert text_of(answer).count("Elige el PDF o las fotos de la carta firmada.") == 2
    assert "vacío" not in text_of(answer)


def multipart(files: dict[str, tuple[str, bytes, str]]) -> dict[str, Any]:
    """Return a form as browsers write it: a file that was not chosen has an empty name, which httpx leaves out."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + data
        + b"\r\n"
        for field, (name, data, kind) in files.items()
    ]
    return {
        "content": b"".join(parts) + b"--edge--\r\n",
        "headers": {"Content-Type": "multipart/form-data; boundary=edge"},
    }


PHOTO = ("foto.jpg", b"\xff\xd8\xff", "image/jpeg")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param([PHOTO, ("carta.pdf", PDF, "application/pdf")], "pero no las dos cosas.", id="a document too"),
        pytest.param([PHOTO] * 11, "Son más de 10 fotos.", id="too many"),
        pytest.param([PHOTO, ("b.jpg", bytes(TAKEN), "")], "Las fotos pesan juntas 20,1 MB", id="too large together"),
        pytest.param([PHOTO, ("b.jpg", b"", "")], "El archivo está vacío.", id="one of them empty"),
    ],
)
async def test_photos_that_can_not_be_taken_are_explained_at_their_field(
    visitor: Visitor, files: list[tuple[str, bytes, str]], message: str
) -> None:
    await visitor.download_letter()
    answer = await visitor.client.post("/carta", files=[("documento", each) for each in files])
    assert (answer.status_code, text_of(answer).count(message)) == (422, 2)


async def test_photos_of_the_signed_letter_start_the_loan_and_the_page_says_what_became_of_them(
    visitor: Visitor,
) -> None:
    letter = await visitor.download_letter()
    one = written(photo(letter), "JPEG")
    other = written(photo(letter, seed=8), "WEBP")
    files = [("documento", (f"{at}.jpg", data, "")) for at, data in enumerate((one, other))]
    await visitor.client.post("/carta", files=files)
    await visitor.case.settle()
    said = text_of(await visitor.get("/carta"))
    assert "La carta quedó adjunta" in said
    assert f"Convertimos tus 2 fotos, de {megabytes(len(one) + len(other))} en total, en un PDF de 0," in said


async def test_only_who_has_a_session_may_send_so_much(visitor: Visitor) -> None:
    visitor.client.cookies.clear()
    answer = await visitor.client.post("/carta", files={"documento": ("a.pdf", PDF + bytes(1_000_000), "")})
    assert answer.status_code == 401


async def test_a_signed_letter_starts_the_loan_and_the_notice_says_that_nothing_renews_it(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    before = await visitor.get("/carta")
    assert 'disabled aria-describedby="por-que">Continuar' in before.text
    assert "/carta/eliminar" not in before.text
    page, facts = await visitor.attach(sign_and_scan(letter)), await visitor.case.status()
    said = text_of(page)
    assert "Se actualizó la información de la carta. Esta actualización no renueva el préstamo." in said
    for name in ("starts_on", "ends_on", "last_safe_purchase_on"):
        assert day(datetime.fromisoformat(facts["loan"][name]).date()) in said
    assert '<button type="submit">Continuar</button>' in page.text
    assert 'href="/carta/eliminar"' in page.text


async def test_another_letter_and_its_deletion_move_no_date(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    await visitor.attach(sign_and_scan(letter))
    loan = (await visitor.case.status())["loan"]
    await visitor.attach(sign_and_scan(letter, seed=8))
    assert "no cambian" in text_of(await visitor.get("/carta/eliminar"))
    assert (await visitor.post("/carta/eliminar")).headers["location"] == "/carta"
    facts = await visitor.case.status()
    assert (facts["loan"], facts["letter"]["attached"]) == (loan, None)
    page = await visitor.get("/carta")
    assert 'disabled aria-describedby="por-que">Continuar' in page.text
    assert "/carta/eliminar" not in page.text
    assert "no renueva el préstamo" in text_of(page)
    assert (await visitor.post("/carta/eliminar")).headers["location"] == "/carta"


async def test_a_letter_without_a_signature_is_refused_with_its_reason(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    page = await visitor.attach(sign_and_scan(letter, signed=False))
    assert "No pudimos aceptar este archivo El recuadro de la firma está vacío." in text_of(page)
    assert (await visitor.case.status())["loan"] is None


async def test_a_letter_can_be_downloaded_again_and_is_reached_from_the_status_page_also_once_one_is_attached(
    visitor: Visitor,
) -> None:
    letter = await visitor.download_letter()
    before = await visitor.get("/estado")
    await visitor.attach(sign_and_scan(letter))
    after, page = await visitor.get("/estado"), await visitor.get("/carta")
    for status in (before, after):
        assert '<a href="/carta">Adjuntar la carta firmada</a>' in status.text
    assert '<a href="/carta.pdf" download>Descargar la carta otra vez</a>' in page.text


async def test_only_an_upload_of_ones_own_is_waited_for(visitor: Visitor) -> None:
    for upload_id in ("f" * 32, "..%2Fprofiles", "a/b", ""):
        assert (await visitor.get(f"/carta/resultado?carga={upload_id}")).status_code == 404


async def test_the_copy_that_is_shown_is_of_pictures_and_of_this_company(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    await visitor.attach(sign_and_scan(letter))
    upload_id = (await visitor.case.status())["letter"]["attached"]
    answer = await visitor.get(f"/carta/adjunta/{upload_id}.pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert PdfReader(io.BytesIO(answer.content)).pages[0].extract_text() == ""


async def test_the_step_can_be_finished_once_the_letter_is_attached_and_not_before(visitor: Visitor) -> None:
    assert (await visitor.post("/continuar")).status_code == 409
    letter = await visitor.download_letter()
    await visitor.attach(sign_and_scan(letter))
    for _ in range(2):
        assert (await visitor.post("/continuar")).headers["location"] == "/siguiente"
    said = text_of(await visitor.get("/siguiente"))
    assert "paso 3 de 6: Realiza tu set de pruebas" in said
    assert "puede emitir facturas electrónicas de venta con el certificado en préstamo" in said
    assert (await visitor.case.status())["steps"]["completed"] == [2]


async def test_what_was_typed_is_shown_as_text_and_never_as_markup(visitor: Visitor) -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    answer = await visitor.post("/representante", **(FORM | {"full_name": hostile, "phone": hostile}))
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_the_receipt_says_what_the_status_page_says(visitor: Visitor) -> None:
    letter = await visitor.download_letter()
    await visitor.attach(sign_and_scan(letter))
    await visitor.case.pay(reference="FV-<b>77</b>")
    facts = await visitor.case.settle()
    answer = await visitor.get("/constancia.pdf")
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    assert facts["letter"]["folio"] in said
    assert facts["letter"]["versions"][0]["sha256"][:40] in said.replace("\n", "")
    for text in ("Aceptamos la carta firmada", "FV-<b>77</b>", day(datetime.fromisoformat(facts["loan"]["ends_on"]))):
        assert text in said.replace("\n", " ")


async def test_where_the_lender_is_played_the_letter_comes_signed_without_a_printer(visitor: Visitor) -> None:
    await visitor.download_letter()
    assert 'href="/desarrollo/carta-firmada.pdf"' in (await visitor.get("/carta")).text
    await visitor.attach((await visitor.get("/desarrollo/carta-firmada.pdf")).content)
    assert (await visitor.case.status())["entitlement"] == "loan"
