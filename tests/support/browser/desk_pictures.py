"""The desk's pictures: a dozen companies that nobody has founded, at different points of their way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import expect

from adapters.activations import Activations
from domain.case.policy import Policy
from domain.profiles.nit import check_digit
from portal.development.signing import sign_and_scan
from tests.support import builders
from tests.support.browser.at_desk import enter_desk
from tests.support.browser.camera import picture
from tests.support.browser.person import Person
from tests.support.browser.states import observed
from tests.support.letters.scans import scan
from tests.support.world import CaseUnderTest, World

Happen = Callable[[CaseUnderTest], Awaitable[object]]
PERSON: Final = {
    "full_name": "Inés Cubillos Quesada",
    "document_number": "52999017",
    "email": "gerencia@rutaquieta.example.co",
}


async def begun(case: CaseUnderTest) -> None:
    """Nothing has happened yet."""


async def lent(case: CaseUnderTest) -> None:
    await case.with_loan()


async def to_sign(case: CaseUnderTest) -> None:
    await case.with_letter()


async def paid(case: CaseUnderTest) -> None:
    await case.pay(reference="FV-1207")


async def certified(case: CaseUnderTest, days: int) -> None:
    await case.pay(reference="FV-1188")
    await case.issue_certificate(days=days)


async def in_doubt(case: CaseUnderTest) -> None:
    """A letter of which nobody can tell whether it is signed, a payment below the total, a field that is none."""
    await case.with_letter(**PERSON)
    letter = await case.door.letter(case.company_id)
    await case.attach(await asyncio.to_thread(scan, letter, "typed", "flatbed 200", 13))
    await case.signal("payment_confirmed", reference="FV-1215", amount_cop=29_750, by="billing")
    await case.signal("payment_confirmed", refrence="FV-1215", amount_cop=297_500, by="billing")


async def not_signed(case: CaseUnderTest) -> None:
    await case.with_letter()
    letter = await case.door.letter(case.company_id)
    await case.attach(await asyncio.to_thread(sign_and_scan, letter, signed=False))


def certificate(days: int) -> Happen:
    return lambda case: certified(case, days)


COMPANIES: Final[tuple[tuple[str, str, int, Happen, str], ...]] = (
    ("Ferretería El Cóndor Azul S.A.S.", "condorazul", 30, begun, "started"),
    ("Droguería La Ceiba de Abajo S.A.S.", "laceiba", 30, begun, "started"),
    ("Papelería Tinta del Río S.A.S.", "tintadelrio", 30, to_sign, "letter_issued"),
    ("Floristería La Dalia Tardía S.A.S.", "ladalia", 30, not_signed, "letter_issued"),
    ("Lácteos Vereda Clara Ltda.", "veredaclara", 9, lent, "loan_active"),
    ("Café Altos de la Niebla S.A.S.", "altosniebla", 16, lent, "loan_active"),
    ("Muebles Roble Dormido Ltda.", "robledormido", 30, lent, "loan_active"),
    ("Confecciones La Aguja Lenta S.A.S.", "agujalenta", 30, paid, "certificate_in_process"),
    ("Restaurante Leña y Maíz S.A.S.", "lenaymaiz", 30, observed, "certificate_rejected"),
    ("Taller La Biela Feliz S.A.S.", "bielafeliz", 30, certificate(365), "certificate_active"),
    ("Veterinaria La Huella Larga S.A.S.", "huellalarga", 30, certificate(365), "certificate_active"),
    ("Distribuidora Nevado Tibio S.A.S.", "nevadotibio", 30, certificate(27), "certificate_expiring"),
    ("Imprenta La Errata S.A.S.", "laerrata", 30, certificate(12), "certificate_expiring"),
    ("Transportes La Ruta Quieta S.A.S.", "rutaquieta", 30, in_doubt, "letter_under_review"),
)
"""Name, mail domain, days of a loan, what has happened, and the stage that this leads to."""


async def company(world: World, number: int) -> CaseUnderTest:
    """Start one of the companies and let happen what has happened."""
    name, domain, loan_days, happen, stage = COMPANIES[number]
    nit = str(999_000_417 + 1_013 * number)
    made = builders.company(
        company_id=f"C{2041 + number}",
        legal_name=name,
        nit=f"{nit}-{check_digit(nit)}",
        email=f"contabilidad@{domain}.example.co",
    )
    await Activations(world.skipper.client, world.objects).start(made, Policy(loan_days=loan_days))
    case = CaseUnderTest(world, made.company_id)
    await happen(case)
    await case.settle()
    await case.stage_in_visibility(stage)
    return case


async def take_desk(support: Person) -> None:
    """Go through the desk, and take a picture of each page."""
    cases = [await company(support.stack.world, number) for number in range(len(COMPANIES))]
    await enter_desk(support)
    await picture(support, "desk-home")
    await support.goto("/soporte/casos")
    await picture(support, "desk-list", 1280)
    await support.page.get_by_label("Buscar por empresa, NIT o identificador").fill("la s.a.s.")
    await support.press("Buscar")
    await picture(support, "desk-search", 1280)
    await take_case(support, cases[-1])
    await take_batch(support)


async def take_case(support: Person, case: CaseUnderTest) -> None:
    """Take a case with a message that did not count and a letter under review, and the action that mends the first."""
    path = f"/soporte/casos/{case.company_id}"
    await support.goto(path)
    await support.page.locator("img[alt^=Carta]").scroll_into_view_if_needed()
    await picture(support, "desk-case")
    await support.goto(f"{path}/pago")
    await support.fill({"reference": "FV-1215", "reason": "El banco confirmó el pago completo."})
    await support.press("Revisar")
    await support.page.locator("pre").wait_for()
    await picture(support, "desk-action", 1280)


async def take_batch(support: Person) -> None:
    """Take the rehearsal of a batch, and what came of it."""
    page = support.page
    await support.goto("/soporte/lotes/nuevo?vence=30&accion=reenvio")
    await page.get_by_label("Correo").select_option("loan_started")
    await support.fill({"reason": "El servidor de correo estuvo caído ayer."})
    await support.press("Ensayar")
    await page.locator("pre").wait_for()
    await picture(support, "desk-rehearsal", 1280)
    await support.press("Confirmar")
    await expect(page.get_by_role("heading", level=1)).to_have_text("El lote terminó")
    await picture(support, "desk-batch", 1280)
