"""How personal data are treated, for everybody: who answers for them, what for, which rights there are, and where to.

Ley 1581 de 2012, art. 8, 12, 14 and 15; Decreto 1074 de 2015, art. 2.2.2.25.3.1. As known on 2026-11-27; the wording is
ours and waits for a lawyer's review.
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.consent.authorization import TEXT_VERSION, text_of
from portal.web.dependencies import InPortal

PATH: Final = "/datos"

router = APIRouter()


@router.get(PATH)
async def policy(request: Request, portal: InPortal) -> Response:
    """Show the notice, and lead on to the lender's whole policy where that is elsewhere."""
    lender = portal.pages.lender
    whole = None if lender.policy_url == f"{portal.origin}{PATH}" else lender.policy_url
    values = {"whole": whole, "consent": {"text": text_of(lender), "version": TEXT_VERSION}}
    return portal.pages.page(request, "data_policy.html", values)
