"""Keeping a closed case where its reopening finds it, however long the store takes to answer."""

from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.cases import CaseActivities
from domain.case.case import Case
from domain.case.jobs import ArchiveRequest, retry_after
from domain.case.rules import CLOSING_GOES_ON
from workflows.policies import STORAGE


async def archived(case: Case, has_news: Callable[[], bool]) -> bool:
    """Return once the case is kept; False when a message came up meanwhile."""
    request = ArchiveRequest(company_id=case.company_id, case=case.stored())
    failures = 0
    while True:
        try:
            await workflow.execute_activity_method(CaseActivities.archive_case, request, **STORAGE)
        except ActivityError:
            failures += 1
        else:
            return not has_news()
        if case.rules < CLOSING_GOES_ON:
            await workflow.sleep(retry_after(1), summary="try again")
            return False
        try:
            await workflow.wait_condition(has_news, timeout=retry_after(failures), timeout_summary="try again")
        except TimeoutError:
            continue
        return False
