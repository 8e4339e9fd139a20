"""The letter: downloaded, signed by hand, scanned, attached, taken away (S9-S13)."""

import re
from typing import Final

from fastapi import APIRouter, Depends, Request, UploadFile
from starlette.responses import Response

from domain.contract import UPLOAD_ID_PATTERN
from domain.errors import NotAllowedNowError
from domain.letter.examination import MOST_FILES, Verdict
from domain.profiles.forms import FieldError
from domain.profiles.representative import warnings
from domain.remarks import remark
from portal.auth.session import NotYoursError, representative
from portal.pages.upload import chosen, problem_of
from portal.pages.visit import Sent, Visited, Who
from portal.web.dependencies import InPortal
from portal.web.failures import Failure
from portal.web.rendering import go, pdf_answer

UPLOADS: Final = "/carta"
"""Where files are sent."""
MOST_PARTS: Final = 3 * MOST_FILES
"""Files that are read at all: some more than are taken, to say so."""

router = APIRouter(dependencies=[Depends(representative)])


@router.get("/carta")
async def letter(visit: Visited, portal: InPortal, who: Who, descargar: bool = False, carga: str = "") -> Response:
    """Show what to do with the letter, or how the attached one stands; `carga` is the upload that was just judged."""
    if visit.facts.letter.folio is None:
        return go(visit.request, "/representante")
    person = await portal.cases.representative(who.company_id)
    letter = visit.facts.letter
    judged, shown = letter.version(carga), letter.attached_version or letter.under_review
    return visit.page(
        "letter.html",
        converted=None if shown is None else await portal.cases.conversion(who.company_id, shown.upload_id),
        download=descargar,
        warnings=() if person is None else warnings(person),
        rejected=judged if judged is not None and judged.verdict is Verdict.REJECTED else None,
        errors=(),
    )


@router.get("/carta.pdf")
async def download(portal: InPortal, who: Who) -> Response:
    """Give the letter to sign."""
    pdf = await portal.cases.letter(who.company_id)
    return pdf_answer(pdf, "carta-de-autorizacion.pdf")


@router.post(UPLOADS, form_limits={"max_files": MOST_PARTS, "max_fields": 1})
async def attach(
    request: Request, visit: Sent, portal: InPortal, who: Who, documento: list[UploadFile] | None = None
) -> Response:
    """Take the signed letter, or say what is wrong with the files. Without a worker it is kept and judged later."""
    facts = visit.known
    if facts is not None and facts.letter.folio is None:
        raise NotAllowedNowError(remark("no_letter"))
    await portal.limits.upload(who.company_id)
    files = await chosen(documento or ())
    if problem := problem_of(files, portal.upload_bytes):
        if facts is None:
            failure = Failure(422, "No pudimos recibir el archivo", problem)
            return portal.pages.page(request, "failure.html", {"failure": failure}, failure.status)
        error = FieldError(field="documento", code="file", message="the file can't be taken", message_es=problem)
        return visit.page(
            "letter.html", 422, converted=None, download=False, warnings=(), rejected=None, errors=(error,)
        )
    upload_id = await portal.cases.attach(who.company_id, files, answered=facts is not None)
    return go(request, f"/carta/resultado?carga={upload_id}")


@router.get("/carta/resultado")
async def verdict(visit: Visited, portal: InPortal, who: Who, carga: str = "") -> Response:
    """Wait for the verdict on an upload, then lead to it."""
    version = visit.facts.letter.version(carga)
    if version is None:
        # Also of the right shape: it becomes part of a key.
        if not re.fullmatch(UPLOAD_ID_PATTERN, carga) or not await portal.cases.was_uploaded(who.company_id, carga):
            raise NotYoursError
        return visit.page("letter_check.html", upload_id=carga)
    return go(visit.request, f"/carta?carga={carga}" if version.verdict is Verdict.REJECTED else "/carta")


@router.get("/carta/adjunta/{upload_id}.pdf")
async def attached(visit: Visited, portal: InPortal, who: Who, upload_id: str) -> Response:
    """Give the pictures of a signed letter of this company."""
    if visit.facts.letter.version(upload_id) is None:
        raise NotYoursError
    data = await portal.cases.flattened(who.company_id, upload_id)
    if data is None:
        raise NotYoursError
    return pdf_answer(data, "carta-firmada.pdf")


@router.get("/carta/eliminar")
async def ask_before_deleting(visit: Visited) -> Response:
    """Ask before the attached letter is taken away."""
    if visit.facts.letter.attached is None and visit.facts.letter.under_review is None:
        return go(visit.request, "/carta")
    return visit.page("letter_delete.html")


@router.post("/carta/eliminar")
async def delete(visit: Visited, portal: InPortal, who: Who) -> Response:
    """Take the attached letter away; the loan's dates stay."""
    if visit.facts.letter.attached is not None or visit.facts.letter.under_review is not None:
        await portal.cases.delete_letter(who.company_id)
    return go(visit.request, "/carta")
