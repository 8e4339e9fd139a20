"""The pages of the played lender: its product, which hands people over, and its checkout."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.responses import RedirectResponse, Response

from domain.contract import CompanyId
from domain.messages.models import PaymentConfirmed
from portal.api import access
from portal.auth.hand_off import LONGEST_LIFE, STAFF_PATTERN
from portal.auth.roles import Role
from portal.auth.session import RepresentativeSession, representative
from portal.cases.billing import Billing
from portal.development.keys import KEY_ID, ensure_keys, read_key
from portal.web.dependencies import InPortal
from portal.web.rendering import pdf_answer
from settings import Portal

DEMO_COMPANY: Final = "DEMO1"
"""The company that `make run` starts."""
BACKEND: Final = "billing"
DEVELOPER: Final = "ana"
"""The name of whoever comes in as support."""
ALL_SCOPES: Final = " ".join(access.Scope)
OPEN: Final = frozenset({"/desarrollo/entrar", "/desarrollo/pagar"})
"""What whoever is not logged in may send."""

router = APIRouter(prefix="/desarrollo")


@dataclass(frozen=True)
class Lender:
    """What the played lender signs and pays with."""

    key: ECKey
    billing: Billing
    addresses: Portal

    def token(self, company_id: str, role: Role = Role.REPRESENTATIVE, **changes: Any) -> str:
        """Return a hand-off token; `changes` replace claims."""
        now = int(time.time())
        claims = {
            "iss": self.addresses.issuer,
            "aud": self.addresses.audience,
            "sub": DEVELOPER,
            "company_id": company_id,
            "role": Role(role).value,
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + int(LONGEST_LIFE.total_seconds()),
            "auth_time": now,
        }
        return jwt.encode({"alg": "ES256", "kid": KEY_ID}, claims | changes, self.key, algorithms=["ES256"])

    def api_token(self, scope: str = ALL_SCOPES, **changes: Any) -> str:
        """Return a token for the billing API; `changes` replace claims."""
        return api_token(self.key, self.addresses, scope=scope, **changes)


def api_token(key: ECKey, addresses: Portal, **changes: Any) -> str:
    """Return a token that opens the billing API, with every scope; `changes` replace claims."""
    now = int(time.time())
    claims = {
        "iss": addresses.issuer,
        "aud": addresses.api_audience,
        "sub": "development-backend",
        "scope": ALL_SCOPES,
        "iat": now,
        "exp": now + int(access.LONGEST_LIFE.total_seconds()),
    }
    return jwt.encode({"alg": "ES256", "kid": KEY_ID}, claims | changes, key, algorithms=["ES256"])


def _lender(request: Request) -> Lender:
    return cast("Lender", request.app.state.lender)


Played = Annotated[Lender, Depends(_lender)]


def install(app: FastAPI, addresses: Portal, billing: Billing) -> None:
    """Add the played lender's pages, if the settings name a development key."""
    if addresses.development_key is not None:
        ensure_keys(addresses.development_key, Path(addresses.jwks))
        app.state.lender = Lender(read_key(addresses.development_key), billing, addresses)
        app.include_router(router)


@router.get("")
async def product(request: Request, portal: InPortal, empresa: str = DEMO_COMPANY, destino: str = "/") -> Response:
    """Show the lender's product, from which its user goes on to the portal."""
    return portal.pages.page(request, "development_product.html", {"company_id": empresa, "destination": destino})


@router.post("/entrar")
async def hand_over(
    request: Request,
    portal: InPortal,
    lender: Played,
    empresa: Annotated[CompanyId, Form()] = DEMO_COMPANY,
    destino: Annotated[str, Form()] = "/",
    rol: Annotated[Role, Form()] = Role.REPRESENTATIVE,
    persona: Annotated[str, Form(pattern=f"^{STAFF_PATTERN}$")] = DEVELOPER,
) -> Response:
    """Have the browser post a fresh token to the portal."""
    values = {"token": lender.token(empresa, rol, sub=persona), "destination": destino}
    return portal.pages.page(request, "development_hand_over.html", values)


@router.get("/carta-firmada.pdf")
async def signed_letter(portal: InPortal, who: Annotated[RepresentativeSession, Depends(representative)]) -> Response:
    """Give the letter as a person with a pen and a scanner would return it."""
    from portal.development.signing import sign_and_scan  # noqa: PLC0415 - what it needs is not in a portal's image

    letter = await portal.cases.letter(who.company_id)
    return pdf_answer(await asyncio.to_thread(sign_and_scan, letter), "carta-firmada.pdf")


@router.get("/pagar")
async def checkout(
    request: Request, portal: InPortal, company_id: CompanyId, amount_cop: int, method: str, return_url: str
) -> Response:
    """Show what would be paid."""
    order = {"company_id": company_id, "amount_cop": amount_cop, "method": method, "return_url": return_url}
    return portal.pages.page(request, "development_checkout.html", {"order": order})


@router.post("/pagar")
async def pay(
    portal: InPortal,
    lender: Played,
    company_id: Annotated[CompanyId, Form()],
    amount_cop: Annotated[int, Form()],
    method: Annotated[str, Form()],
    return_url: Annotated[str, Form()],
) -> Response:
    """Confirm the payment as the billing backend would, and lead back."""
    reference = f"DEV-{uuid.uuid4().hex[:10].upper()}"
    payment = PaymentConfirmed(reference=reference, amount_cop=amount_cop, method=method, by=BACKEND)
    await lender.billing.confirm_payment(company_id, payment)
    ours = urlsplit(return_url).netloc == urlsplit(portal.origin).netloc
    return RedirectResponse(return_url if ours else "/", status_code=303)
