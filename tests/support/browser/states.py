"""Companies on their way: what happens to each, and the pages it can see after that."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from portal.development.signing import sign_and_scan
from tests.support.browser.person import Person
from tests.support.letters.scans import scan
from tests.support.world import CaseUnderTest

Happen = Callable[[CaseUnderTest], Awaitable[object]]
Act = Callable[[Person], Awaitable[object]]
CHECKOUT = "/desarrollo/pagar?company_id=C1&amount_cop=297500&method=pse&return_url=/comprar/regreso"
HOME = "Habilitación electrónica – Facturación electrónica"
STATUS = "Estado de tu activación"
REPRESENTATIVE = "Datos del representante legal"
PURCHASE = "Comprar certificado digital"
SIGN = "Firma la carta y adjúntala"
ATTACHED = "La carta quedó adjunta"


@dataclass(frozen=True)
class Seen:
    """A page: its address, its first heading, and what is done there before it is looked at."""

    path: str
    heading: str
    act: Act | None = None


async def nothing(_case: CaseUnderTest) -> None:
    pass


async def letter_of_an_unusual_number(case: CaseUnderTest) -> None:
    await case.with_letter(document_number="AB12")


async def rejected(case: CaseUnderTest) -> None:
    letter = await case.door.letter(case.company_id)
    await case.attach(await asyncio.to_thread(sign_and_scan, letter, signed=False))


async def doubtful(case: CaseUnderTest) -> None:
    await case.with_letter()
    letter = await case.door.letter(case.company_id)
    await case.attach(await asyncio.to_thread(scan, letter, "typed", "flatbed 200", 3))


async def accepted_and_revoked(case: CaseUnderTest) -> None:
    await case.signal("letter_reviewed", decision="accept", reason="es la firma")
    await case.settle()
    await case.signal("loan_revoked", reason="lo pidió la empresa")


async def continued(case: CaseUnderTest) -> None:
    await case.update("continue_to_test_set")


async def deleted(case: CaseUnderTest) -> None:
    await case.update("delete_letter")


async def loan_ended(case: CaseUnderTest) -> None:
    until = (await case.now()).date() + timedelta(days=60)
    await case.signal("reminders_muted", until=str(until), reason="nobody waits for them here")
    await case.settle()
    await case.skip(timedelta(days=32))


async def observed(case: CaseUnderTest) -> None:
    await case.pay()
    for step in range(1, 7):
        await case.signal("step_completed", step=step)
    await case.signal("certificate_rejected", observations="La dirección no coincide con el RUT.")


async def expiring(case: CaseUnderTest) -> None:
    await case.pay()
    await case.issue_certificate(days=10)


async def submit(person: Person) -> None:
    await person.page.locator("main form button[type=submit]").first.click()
    await person.page.locator("#resumen").wait_for()


async def unfold(person: Person) -> None:
    await person.page.locator("main summary").click()


WAYS: dict[str, tuple[tuple[Happen, tuple[Seen, ...]], ...]] = {
    "new": (
        (
            nothing,
            (
                Seen("/", HOME),
                Seen("/pago", "¿Ya compraste tu certificado digital?"),
                Seen("/pago/resultado", "No encontramos un pago del certificado"),
                Seen("/comprar", PURCHASE),
                Seen("/comprar", PURCHASE, submit),
                Seen("/comprar/regreso", "Estamos confirmando tu pago"),
                Seen(CHECKOUT, "Pagar $297.500"),
                Seen("/representante", REPRESENTATIVE),
                Seen("/representante", REPRESENTATIVE, submit),
                Seen("/siguiente", "Todavía falta algo del paso 2"),
                Seen("/estado", STATUS),
                Seen("/datos", "Cómo tratamos los datos personales"),
                Seen("/nada", "No encontramos esta página"),
                Seen("/desarrollo", "Producto contable de ejemplo"),
            ),
        ),
    ),
    "rejected": (
        (
            letter_of_an_unusual_number,
            (
                Seen("/", HOME),
                Seen("/carta", SIGN),
                Seen("/carta", SIGN, submit),
            ),
        ),
        (rejected, (Seen("/carta?carga={upload}", SIGN),)),
    ),
    "doubtful": (
        (doubtful, (Seen("/", HOME), Seen("/carta", "Una persona va a revisar la carta"), Seen("/estado", STATUS))),
        (accepted_and_revoked, (Seen("/estado", STATUS),)),
    ),
    "borrower": (
        (
            CaseUnderTest.with_loan,
            (
                Seen("/carta", ATTACHED),
                Seen("/carta", ATTACHED, unfold),
                Seen("/carta/eliminar", "¿Eliminar la carta adjunta?"),
                Seen("/comprar", PURCHASE),
                Seen("/estado", STATUS),
            ),
        ),
        (continued, (Seen("/", HOME), Seen("/siguiente", "Terminaste el paso 2"))),
        (deleted, (Seen("/carta", SIGN),)),
        (
            loan_ended,
            (
                Seen("/estado", STATUS),
                Seen("/pago/resultado", "No encontramos un pago del certificado"),
                Seen("/representante", REPRESENTATIVE),
            ),
        ),
    ),
    "buyer": (
        (
            CaseUnderTest.pay,
            (
                Seen("/pago/resultado", "Tu certificado digital está pago"),
                Seen("/siguiente", "Tu certificado está pago: esto es lo que sigue"),
                Seen("/comprar", PURCHASE),
                Seen("/estado", STATUS),
            ),
        ),
        (
            CaseUnderTest.issue_certificate,
            (Seen("/estado", STATUS), Seen("/comprar", PURCHASE), Seen("/representante", REPRESENTATIVE)),
        ),
    ),
    "observed": ((observed, (Seen("/estado", STATUS),)),),
    "expiring": ((expiring, (Seen("/estado", STATUS),)),),
}
