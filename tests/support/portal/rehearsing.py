"""Batches as support runs them: rehearsed, put before a second person where that is needed, confirmed."""

import re

import httpx

from tests.support.portal.visiting import Visitor, text_of

NEW = "/soporte/lotes/nuevo"


async def rehearsed(desk: Visitor, **typed: str) -> str:
    """Rehearse a batch and return its id."""
    answer = await desk.post(NEW, **typed)
    assert answer.status_code == 303, text_of(answer)
    [job_id] = re.findall(r"^/soporte/propuestas/(desk-[0-9a-f]{32})$", answer.headers["location"])
    return job_id


async def rehearsal(desk: Visitor, job_id: str) -> httpx.Response:
    """Return the page of a rehearsal."""
    return await desk.get(f"/soporte/propuestas/{job_id}")


async def pressed(desk: Visitor, job_id: str, what: str) -> httpx.Response:
    """Ask for a rehearsal's confirmation (`pedir`), confirm it (`confirmar`) or take it back (`retirar`)."""
    return await desk.post(f"/soporte/propuestas/{job_id}/{what}")


async def started(desk: Visitor, **typed: str) -> str:
    """Rehearse and start a batch that one person may start alone; return its id."""
    job_id = await rehearsed(desk, **typed)
    answer = await pressed(desk, job_id, "confirmar")
    assert answer.headers.get("location") == f"/soporte/lotes/{job_id}", text_of(answer)
    return job_id
