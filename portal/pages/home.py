"""The six steps, and the way to where the representative stands."""

from fastapi import APIRouter
from starlette.responses import Response

from domain.errors import NotAllowedNowError
from domain.remarks import remark
from portal.pages.progress import go_on, steps, tasks
from portal.pages.visit import OF_A_CASE, Visited, Who
from portal.web.dependencies import InPortal
from portal.web.rendering import go

router = APIRouter(dependencies=OF_A_CASE)


@router.get("/")
async def home(visit: Visited) -> Response:
    """Show the six steps and what step 2 asks for."""
    return visit.page("home.html", steps=steps(visit.facts), tasks=tasks(visit.facts), go_on=go_on(visit.facts))


@router.get("/siguiente")
async def what_next(visit: Visited) -> Response:
    """Show what can be done once the certificate is paid, or the step that follows."""
    return visit.page("next.html", test_set_url=visit.portal.addresses.test_set_url)


@router.post("/continuar")
async def continue_to_test_set(visit: Visited, portal: InPortal, who: Who) -> Response:
    """Finish step 2 and lead to step 3."""
    if not visit.facts.this_step_done:
        if not visit.facts.may_continue:
            raise NotAllowedNowError(remark("step_unfinished"))
        await portal.cases.continue_to_test_set(who.company_id)
    return go(visit.request, "/siguiente")
