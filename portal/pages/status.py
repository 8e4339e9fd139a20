"""How the activation stands: dates, days left, everything that happened, and a receipt of it."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from letters.issuing.receipt import render_receipt
from portal.pages.receipt import receipt_of
from portal.pages.timeline import lines
from portal.pages.visit import OF_A_CASE, Visited
from portal.web.rendering import pdf_answer

router = APIRouter(dependencies=OF_A_CASE)


@router.get("/estado")
async def status(visit: Visited) -> Response:
    """Show how the activation stands."""
    return visit.page("status.html", timeline=lines(visit.facts))


@router.get("/constancia.pdf")
async def receipt(visit: Visited) -> Response:
    """Give the receipt of how the activation stands now."""
    portal = visit.portal
    content = receipt_of(visit.facts, visit.company, portal.pages.lender.name, portal.now())
    return pdf_answer(await asyncio.to_thread(render_receipt, content), "constancia.pdf")
