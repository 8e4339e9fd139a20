"""Attaching the signed letter: what is wrong with a file, how its sending shows, and what the verdict looks like."""

import asyncio
import dataclasses
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import expect

from portal.development.signing import sign_and_scan
from tests.support.browser.person import Opening, Person
from tests.support.letters.photos import TELEPHONE, held_sideways, photo, upright, written
from tests.support.letters.scans import scan
from tests.support.world import CaseUnderTest

MEGABYTE = 1_048_576
SLOW_BYTES_PER_SECOND = 120_000


@pytest.fixture
async def waiting(case: CaseUnderTest) -> CaseUnderTest:
    """A case whose letter waits for a signature."""
    await case.with_letter()
    return case


@pytest.fixture
async def sender(person: Person, waiting: CaseUnderTest) -> Person:
    await person.enter(waiting.company_id, "/carta")
    return person


def padded(size: int) -> bytes:
    return b"%PDF-1.7\n" + b"0" * (size - 9)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "Elige el PDF o las fotos de la carta firmada."),
        (b"PK\x03\x04 a document", "El archivo no es un PDF ni una foto (JPG, PNG, HEIC o WebP)."),
    ],
    ids=["none", "another kind"],
)
async def test_a_file_that_is_no_letter_is_refused_at_its_field(
    sender: Person, data: bytes | None, message: str
) -> None:
    if data is not None:
        await sender.choose(data)
    await sender.press("Adjuntar documento")
    await expect(sender.page.locator("#documento-error")).to_contain_text(message)
    await expect(sender.page.locator("#documento")).to_have_attribute("aria-invalid", "true")
    await expect(sender.page.locator("#resumen")).to_be_focused()


EMPTY = "El archivo está vacío. Si está en la nube, espera a que se descargue en tu equipo"


async def test_a_file_with_nothing_in_it_is_said_to_be_empty_before_it_is_sent(sender: Person) -> None:
    sent = len(sender.requests)
    await sender.choose(b"")
    await expect(sender.page.locator("#documento-tamano")).to_contain_text(EMPTY)
    await sender.press("Adjuntar documento")
    await expect(sender.page.locator("#documento")).to_be_focused()
    assert [each.method for each in sender.requests[sent:]] == []


async def test_without_javascript_the_server_says_that_the_file_is_empty(
    opened: Opening, waiting: CaseUnderTest
) -> None:
    async with opened(java_script_enabled=False) as sender:
        await sender.enter_by_hand(waiting.company_id, "/carta")
        await sender.attach(b"")
        await expect(sender.page.locator("#documento-error")).to_contain_text(EMPTY)


@pytest.mark.parametrize("device", [{}, {"java_script_enabled": False}], ids=["with JavaScript", "without"])
async def test_the_file_field_speaks_spanish_in_a_browser_that_does_not(
    opened: Opening, waiting: CaseUnderTest, device: dict[str, Any]
) -> None:
    async with opened(locale="en-US", **device) as sender:
        await (sender.enter_by_hand if device else sender.enter)(waiting.company_id, "/carta")
        field = sender.page.get_by_role("button", name="Carta firmada, en PDF o en fotos Elegir archivo", exact=True)
        picker = sender.page.locator(".picker").first
        await expect(field).to_have_css("opacity", "0")
        await expect(picker.get_by_text("Elegir archivo")).to_be_visible()
        await expect(picker.get_by_text("Ningún archivo elegido")).to_be_visible()
        await sender.choose(padded(100), "carta de María.pdf")
        await expect(picker.get_by_text("Ningún archivo elegido")).to_be_hidden()
        await expect(picker.locator(".some")).to_have_text("Archivo elegido" if device else "carta de María.pdf")


async def test_a_file_that_is_dropped_anywhere_on_the_form_is_chosen(sender: Person) -> None:
    await sender.page.locator("form.upload").evaluate(
        """(form) => {
            const data = new DataTransfer();
            data.items.add(new File(["%PDF-1.7"], "arrastrada.pdf", { type: "application/pdf" }));
            form.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
            form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    await expect(sender.page.locator(".picker [data-chosen]")).to_have_text("arrastrada.pdf")
    assert await sender.page.locator("#documento").evaluate("(each) => each.files[0].name") == "arrastrada.pdf"


async def test_a_press_anywhere_on_the_file_field_opens_the_choice(sender: Person) -> None:
    for words in ("Elegir archivo", "Ningún archivo elegido"):
        async with sender.page.expect_file_chooser():
            shown = sender.page.locator(".picker").first.get_by_text(words)
            await shown.scroll_into_view_if_needed()
            box = await shown.bounding_box()
            assert box is not None
            await sender.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


async def test_a_file_above_the_limit_is_refused_with_its_size_before_it_is_sent(sender: Person) -> None:
    sent = len(sender.requests)
    await sender.attach(padded(MEGABYTE * 214 // 10))
    await expect(sender.page.locator("#documento-tamano")).to_contain_text(
        "El archivo pesa 21,4 MB y el máximo es 20 MB."
    )
    await expect(sender.page.locator("#documento")).to_be_focused()
    assert [each.method for each in sender.requests[sent:]] == []


async def test_without_javascript_the_server_refuses_the_same_file_with_the_same_size(
    opened: Opening, waiting: CaseUnderTest
) -> None:
    async with opened(java_script_enabled=False) as sender:
        await sender.enter_by_hand(waiting.company_id, "/carta")
        await sender.attach(padded(MEGABYTE * 214 // 10))
        await expect(sender.page.locator("#documento-error")).to_contain_text("El archivo pesa 21,4 MB")
        await expect(sender.page.get_by_role("heading", name="Firma la carta y adjúntala")).to_be_visible()


async def test_a_file_that_is_not_even_read_gets_a_page_that_says_what_to_do(
    opened: Opening, waiting: CaseUnderTest
) -> None:
    async with opened(java_script_enabled=False) as sender:
        await sender.enter_by_hand(waiting.company_id, "/carta")
        await sender.choose(padded(24 * MEGABYTE))
        async with sender.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            await sender.press("Adjuntar documento")
        assert (await answer.value).status == 413
        await expect(sender.page.get_by_role("heading", level=1)).to_have_text("El archivo es demasiado grande")
        await expect(sender.page.get_by_text("Escanea la carta en escala de grises")).to_be_visible()


async def test_a_slow_upload_shows_how_far_it_is(sender: Person, waiting: CaseUnderTest) -> None:
    seen: list[int] = []

    def report(value: int) -> None:
        seen.append(value)

    await sender.page.expose_function("report", report)
    await sender.page.evaluate(
        """() => {
            const bar = document.querySelector("form.upload progress");
            new MutationObserver(() => bar.checkVisibility() && window.report(bar.value))
                .observe(bar, { attributes: true });
        }"""
    )
    slow = await sender.context.new_cdp_session(sender.page)
    await slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW_BYTES_PER_SECOND},
    )
    await sender.attach(await waiting.signed())
    await expect(sender.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
    assert all(earlier <= later for earlier, later in pairwise(seen))
    assert len([value for value in set(seen) if 0 < value < 100]) >= 3
    assert seen[-1] == 100


async def test_the_upload_works_without_javascript(opened: Opening, waiting: CaseUnderTest) -> None:
    async with opened(java_script_enabled=False) as sender:
        await sender.enter_by_hand(waiting.company_id, "/carta")
        await sender.attach(await waiting.signed())
        await sender.until_checked()
        await expect(sender.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()


PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}


@pytest.mark.parametrize("field", ["#documento", "#camara"], ids=["from the gallery", "with the camera"])
async def test_a_photo_is_enough_on_a_telephone(opened: Opening, waiting: CaseUnderTest, field: str) -> None:
    letter = await waiting.door.letter(waiting.company_id)
    data = await asyncio.to_thread(lambda: held_sideways(upright(photo(letter)), "JPEG"))
    async with opened(**PHONE) as sender:
        await sender.enter(waiting.company_id, "/carta")
        await sender.page.locator(field).set_input_files({"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": data})
        shown = sender.page.locator("[data-previews] img")
        await expect(shown).to_be_visible()
        assert await shown.evaluate("async (each) => { await each.decode(); return each.width < each.height; }")
        await expect(sender.page.locator(".picker [data-chosen]")).to_have_text("foto.jpg")
        await sender.press("Adjuntar documento")
        await expect(sender.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
        await expect(sender.page.locator("#convertida")).to_contain_text("Convertimos tu foto")
        await expect(sender.page.get_by_role("button", name="Continuar", exact=True)).to_be_enabled()


async def test_photos_taken_one_after_the_other_are_sent_together(opened: Opening, waiting: CaseUnderTest) -> None:
    letter = await waiting.door.letter(waiting.company_id)
    async with opened(**PHONE) as sender:
        await sender.enter(waiting.company_id, "/carta")
        for seed in (7, 8):
            data = await asyncio.to_thread(lambda seed=seed: written(photo(letter, seed=seed), "JPEG"))
            taken = {"name": f"foto-{seed}.jpg", "mimeType": "image/jpeg", "buffer": data}
            await sender.page.locator("#camara").set_input_files(taken)
        await expect(sender.page.locator(".picker [data-chosen]")).to_have_text("2 archivos elegidos")
        await expect(sender.page.locator("[data-previews] img")).to_have_count(2)
        await sender.press("Adjuntar documento")
        await expect(sender.page.locator("#convertida")).to_contain_text("Convertimos tus 2 fotos")


async def test_a_photo_is_enough_without_javascript(opened: Opening, waiting: CaseUnderTest) -> None:
    letter = await waiting.door.letter(waiting.company_id)
    near = dataclasses.replace(TELEPHONE, dpi=(150, 160))  # a check of the largest takes a busy machine too long
    data = await asyncio.to_thread(lambda: written(photo(letter, how=near), "HEIF"))
    async with opened(java_script_enabled=False, **PHONE) as sender:
        await sender.enter_by_hand(waiting.company_id, "/carta")
        await sender.page.locator("#camara").set_input_files(
            {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": data}
        )
        await expect(sender.page.get_by_text("Foto tomada")).to_be_visible()
        await sender.press("Adjuntar documento")
        await sender.until_checked()
        await expect(sender.page.locator("#convertida")).to_contain_text("Convertimos tu foto")


async def test_a_broken_connection_is_told_and_the_file_can_be_sent_again(
    sender: Person, waiting: CaseUnderTest
) -> None:
    sender.expect_complaints("net::ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    await sender.choose(await waiting.signed())
    await sender.context.set_offline(True)
    await sender.press("Adjuntar documento")
    await expect(sender.page.locator("#documento-tamano")).to_contain_text("Revisa tu conexión e intenta de nuevo.")
    await sender.context.set_offline(False)
    await sender.press("Adjuntar documento")
    await expect(sender.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()


async def test_a_letter_without_a_signature_is_refused_with_the_reason(sender: Person, waiting: CaseUnderTest) -> None:
    letter = await waiting.door.letter(waiting.company_id)
    await sender.attach(await asyncio.to_thread(sign_and_scan, letter, signed=False))
    await expect(sender.page.get_by_role("heading", name="No pudimos aceptar este archivo")).to_be_visible()
    await expect(sender.page.locator("#resumen")).to_contain_text("El recuadro de la firma está vacío.")
    await expect(sender.page.locator("#resumen")).to_be_focused()
    await expect(sender.page.get_by_role("button", name="Continuar", exact=True)).to_be_disabled()


async def test_a_doubtful_letter_waits_for_a_person_and_the_page_says_until_when_it_counts(
    sender: Person, waiting: CaseUnderTest
) -> None:
    letter = await waiting.door.letter(waiting.company_id)
    await sender.attach(await asyncio.to_thread(scan, letter, "typed", "flatbed 200", 3))
    await expect(sender.page.get_by_role("heading", name="Una persona va a revisar la carta")).to_be_visible()
    await expect(sender.page.get_by_text("Si la aceptamos, cuenta desde que la recibimos.")).to_be_visible()
    await expect(sender.page.get_by_role("button", name="Continuar", exact=True)).to_be_disabled()

    await waiting.signal("letter_reviewed", decision="accept", reason="es la firma")
    await waiting.settle()
    await sender.page.reload()
    await expect(sender.page.get_by_role("heading", name="La carta quedó adjunta")).to_be_visible()
