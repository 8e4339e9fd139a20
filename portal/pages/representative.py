"""The legal representative's data, the authorization to treat them, and the letter made of them (S8, S9)."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from domain.consent.authorization import TEXT_VERSION, text_of, ticked
from domain.errors import NotAllowedNowError, RefusedError
from domain.profiles.forms import FieldError, read_form, refusal
from domain.profiles.identity import OF_MINORS, SPANISH_NAMES
from domain.profiles.representative import Representative
from domain.remarks import remark
from portal.pages.visit import OF_A_CASE, Sent, Visit, Visited, Who
from portal.web.dependencies import InPortal
from portal.web.rendering import go
from portal.words.remarks import in_spanish

router = APIRouter(dependencies=OF_A_CASE)

FIELDS: Final = tuple(Representative.model_fields)
DOCUMENTS: Final = {kind.value: name for kind, name in SPANISH_NAMES.items() if kind not in OF_MINORS}
BOX: Final = "consent"
TICKED: Final = "si"
SEEN: Final = "consent_version"
"""Which words stood beside the box: the page may have been opened before they changed."""
LONGEST_VALUE: Final = 500
"""Of what is shown again after a mistake; nobody's name is longer."""


@router.get("/representante")
async def form(visit: Visited, portal: InPortal, who: Who) -> Response:
    """Ask for the data; what is stored is filled in."""
    known = await portal.cases.representative(who.company_id)
    values = dict.fromkeys(FIELDS, "") if known is None else known.model_dump(mode="json")
    return _form(visit, values)


@router.post("/representante")
async def submit(request: Request, visit: Sent, portal: InPortal, who: Who) -> Response:
    """Store the data, have the letter made and lead to its download; or show every field that is wrong.

    Nothing is stored before the box is ticked, and the proof of that is stored first.
    """
    if visit.known is not None and not visit.known.loan_on_offer:
        raise NotAllowedNowError(remark("letter_of_no_use"))
    await portal.limits.upload(who.company_id)
    typed = await request.form(max_files=0, max_fields=20)
    values = {name: str(typed.get(name, ""))[:LONGEST_VALUE] for name in FIELDS}
    read, unauthorized = read_form(Representative, values), _unauthorized(typed)
    if isinstance(read, tuple) or unauthorized:
        return _form(visit, values, errors=(*(read if isinstance(read, tuple) else ()), *unauthorized))
    consent = ticked(portal.pages.lender, who.person, portal.now())
    try:
        ready = await portal.cases.submit_representative(who.company_id, read, consent)
    except RefusedError as error:
        return _form(visit, values, refused=_in_words(error))
    return go(request, "/carta?descargar=1" if ready else "/carta/espera")


@router.get("/carta/espera")
async def wait(visit: Sent) -> Response:
    """Say that the letter is being made, in a page that asks for it again by itself."""
    return visit.page("letter_wait.html")


@router.post("/carta/espera")
async def ask_again(visit: Sent, portal: InPortal, who: Who) -> Response:
    """Ask again for the letter of the stored data: the first request may have found no worker."""
    await portal.limits.poll(who.id)
    if visit.known is None:
        return visit.page("letter_wait.html")
    known = await portal.cases.representative(who.company_id)
    if known is None:
        return go(visit.request, "/representante")
    try:
        ready = await portal.cases.letter_is_ready(who.company_id)
    except RefusedError as error:
        return _form(visit, known.model_dump(mode="json"), refused=_in_words(error))
    return go(visit.request, "/carta?descargar=1") if ready else visit.page("letter_wait.html")


def _unauthorized(typed: FormData) -> tuple[FieldError, ...]:
    """Return what is wrong with the box: it is not ticked, or stood beside other words than today's."""
    if typed.get(BOX) != TICKED:
        return (refusal(BOX, "missing"),)
    return () if typed.get(SEEN) == TEXT_VERSION else (refusal(BOX, "text_changed"),)


def _in_words(error: RefusedError) -> str:
    said = (in_spanish(each.code, each.values) or each.message for each in error.remarks)
    return " ".join(said) or str(error)


def _form(
    visit: Visit, values: dict[str, Any], errors: tuple[FieldError, ...] = (), refused: str | None = None
) -> Response:
    status_code = 422 if errors or refused else 200
    consent = {"text": text_of(visit.portal.pages.lender), "version": TEXT_VERSION}
    return visit.page(
        "representative.html",
        status_code,
        values=values,
        documents=DOCUMENTS,
        errors=errors,
        refused=refused,
        consent=consent,
    )
