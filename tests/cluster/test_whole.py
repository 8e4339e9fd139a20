"""The product as it is deployed: two workers and two portals on a real cluster, with one directory in PostgreSQL."""

import re
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType

from domain.contract import workflow_id
from portal.development.signing import sign_and_scan
from stack.cluster.programs import cluster_programs
from stack.connection import connect
from stack.demo import fresh_stack
from stack.life import COMPANY, REPRESENTATIVE, REPRESENTATIVE_BY
from tests.support.cluster_rows import Cluster, own_cluster
from tests.support.temporal_places import cluster as wanted

BOTH = ("portal", "portal 2")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """All that `make cluster` starts, on free ports."""
    if wanted() is None:
        pytest.skip("needs a real cluster: `make cluster-rows`")
    async with own_cluster(fresh_stack(tmp_path_factory.mktemp("whole") / "stack"), cluster_programs) as running:
        yield running


def address(whole: Cluster, portal: str) -> str:
    return f"http://{whole.program(portal).environment['ACTIVA_PORTAL__ADDRESS']}"


@pytest_asyncio.fixture(loop_scope="session")
async def browser(whole: Cluster) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that a proxy leads to whichever portal, under the one name that both have."""
    name = address(whole, "portal").removeprefix("http://")
    async with httpx.AsyncClient(headers={"Host": name, "Sec-Fetch-Site": "same-origin"}, timeout=60) as one:
        yield one


async def test_who_came_in_at_one_portal_is_known_at_the_other(whole: Cluster, browser: httpx.AsyncClient) -> None:
    first, second = (address(whole, portal) for portal in BOTH)
    handed = await browser.post(f"{first}/desarrollo/entrar", data={"empresa": COMPANY.company_id})
    [token] = re.findall(r'name="token" value="([^"]+)"', handed.text)
    [entrance] = re.findall(r'action="(?:http://[^/"]+)?(/[^"]+)"', handed.text)
    entered = await browser.post(f"{first}{entrance}", data={"token": token, "destination": "/"})
    assert entered.status_code == 303, entered.text
    seen = [await browser.get(f"{portal}/") for portal in (first, second)]
    assert [page.status_code for page in seen] == [200, 200]
    assert all(COMPANY.legal_name in page.text for page in seen)


async def test_a_case_is_worked_on_by_both_workers_to_its_loan(whole: Cluster) -> None:
    connection = await connect(whole.stack)
    cases, company_id = connection.cases, COMPANY.company_id
    await cases.submit_representative(company_id, REPRESENTATIVE, REPRESENTATIVE_BY)
    scan = sign_and_scan(await cases.letter(company_id))
    verdict = await cases.upload_letter(company_id, [scan], REPRESENTATIVE_BY)
    assert verdict["verdict"] == "accepted", verdict
    history = await connection.client.get_workflow_handle(workflow_id(company_id)).fetch_history()
    kinds = {EventType.Name(event.event_type) for event in history.events}
    assert "EVENT_TYPE_WORKFLOW_TASK_FAILED" not in kinds


async def test_the_desk_of_both_portals_has_one_directory(whole: Cluster) -> None:
    directories = {whole.program(name).environment["ACTIVA_DIRECTORY__URL"] for name in BOTH}
    [url] = directories
    async with await psycopg.AsyncConnection.connect(url) as directory:
        rows = await (await directory.execute("SELECT count(*) FROM directory_companies")).fetchone()
    assert rows == (1,)
