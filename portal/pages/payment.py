"""Whether the certificate is paid, and buying it."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from domain.profiles.forms import FieldError
from portal.pages.visit import OF_A_CASE, Visited, Who
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter(dependencies=OF_A_CASE)

MEANS: Final = {
    "pse": "PSE: débito desde tu cuenta de ahorros o corriente",
    "tarjeta_credito": "Tarjeta de crédito",
    "tarjeta_debito": "Tarjeta débito",
    "efectivo": "Efectivo en un punto de pago",
}
"""Means of payment, by the word that the checkout gets."""


@router.get("/pago")
async def payment(visit: Visited) -> Response:
    """Offer to look whether the certificate is paid (S2)."""
    return visit.page("payment.html")


@router.post("/pago/verificar")
async def verify(visit: Visited, portal: InPortal, who: Who) -> Response:
    """Look whether it is paid; what the case has told is as new as any answer of its own, and writes nothing."""
    await portal.limits.poll(who.id)
    return go(visit.request, "/pago/resultado")


@router.get("/pago/resultado")
async def result(visit: Visited) -> Response:
    """Say that it is paid (S3), or offer to buy or to borrow (S4)."""
    return visit.page("payment_result.html")


@router.get("/comprar")
async def offer(visit: Visited) -> Response:
    """Show price and validity, and let a means of payment be chosen (S5, S6)."""
    return visit.page("purchase.html", means=MEANS, chosen="", errors=())


@router.post("/comprar")
async def buy(visit: Visited, portal: InPortal, medio: Annotated[str, Form()] = "") -> Response:
    """Hand over to the lender's checkout."""
    if not visit.facts.payment.purchase_offered:
        return go(visit.request, "/pago/resultado")
    if medio not in MEANS:
        missing = FieldError(
            field="medio", code="missing", message="choose one", message_es="Elige con qué medio vas a pagar."
        )
        return visit.page("purchase.html", 422, means=MEANS, chosen="", errors=(missing,))
    order = {
        "company_id": visit.company_id,
        "amount_cop": visit.facts.payment.total_cop,
        "method": medio,
        "return_url": f"{portal.origin}/comprar/regreso",
    }
    separator = "&" if "?" in portal.addresses.checkout_url else "?"
    return RedirectResponse(f"{portal.addresses.checkout_url}{separator}{urlencode(order)}", status_code=303)


@router.get("/comprar/regreso")
async def returned(visit: Visited) -> Response:
    """Wait for the payment that the lender confirms to the case."""
    if visit.facts.payment.paid:
        return go(visit.request, "/pago/resultado")
    return visit.page("payment_pending.html")
