"""What a person sees when something is down or wrong, and what the log keeps of it."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request

from adapters import s3
from portal.development.signing import sign_and_scan
from portal.web.failures import Failure
from stack.mail_sink import MailSink
from tests.support.portal.visiting import FORM, WAIT, Site, Visitor, site_over, text_of, title_of
from tests.support.world import World, world_of_its_own

SOON_SECONDS = 4
"""Two are meant, for both that the case does not answer and what is known of it."""


async def soon_shown(visitor: Visitor, path: str, text: str) -> httpx.Response:
    """Ask as the page itself does until it shows a text, and soon: on a busy machine not every answer is in time."""
    async with asyncio.timeout(60):
        while True:
            began = time.monotonic()
            answer = await visitor.get(path)
            if text in text_of(answer) and time.monotonic() - began < SOON_SECONDS:
                return answer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def idle(tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink) -> AsyncIterator[World]:
    """A world whose workers a test starts and stops."""
    async with world_of_its_own(tmp_path_factory.mktemp("idle-portal"), moto_url, mail_sink) as made:
        yield made


async def test_without_a_worker_the_page_says_so_in_time_and_shows_what_is_known(idle: World, tmp_path: Path) -> None:
    async with idle.worker():
        case = await idle.start()
        await case.with_loan()
        loan = (await case.settle())["loan"]
    async with site_over(idle, tmp_path).visitor(case, patient=False) as visitor:
        await visitor.enter()
        answer = await soon_shown(visitor, "/estado", "Tu empresa firma con el certificado en préstamo.")
    assert (answer.status_code, title_of(answer)) == (503, WAIT)
    said = text_of(answer)
    assert "Nada se ha perdido, y esta página se actualiza sola." in said
    assert str(int(loan["ends_on"][-2:])) in said
    assert 'hx-get="/estado" hx-trigger="every 5s"' in answer.text


async def test_what_is_typed_and_sent_without_a_worker_is_kept_and_done_once_one_runs(
    idle: World, tmp_path: Path
) -> None:
    async with idle.worker():
        case = await idle.start()
        await case.settle()
    async with site_over(idle, tmp_path).visitor(case, patient=False) as visitor:
        await visitor.enter()
        answer = await visitor.post("/representante", **FORM)
        assert answer.headers["location"] == "/carta/espera"
        for waiting in (await visitor.get("/carta/espera"), await visitor.post("/carta/espera")):
            assert (waiting.status_code, title_of(waiting)) == (200, "Estamos haciendo la carta · Activa")
        async with idle.worker():
            await case.settle()
            visitor.patient = True
            assert "Tus datos quedaron guardados" in text_of(await visitor.get("/carta/espera"))
            assert (await visitor.post("/carta/espera")).headers["location"] == "/carta?descargar=1"
            letter = (await visitor.get("/carta.pdf")).content
            visitor.patient = False
        scan = await asyncio.to_thread(sign_and_scan, letter)
        sent_at = int(time.time())  # the store dates to the second
        answer = await visitor.upload(scan)
        taken_at = time.time()
        assert answer.headers["location"].startswith("/carta/resultado?carga=")
        assert title_of(await visitor.get(answer.headers["location"])) == WAIT
        async with idle.worker():
            visitor.patient = True
            async with asyncio.timeout(60):
                while (result := await visitor.get(answer.headers["location"])).status_code == 200:
                    pass  # as the page itself does
            assert result.headers["location"] == "/carta"
            facts = await case.settle()
    version = facts["letter"]["versions"][0]
    assert (version["verdict"], facts["entitlement"]) == ("accepted", "loan")
    assert sent_at <= _seconds(version["received_at"]) <= taken_at
    assert facts["rejected_signals"] == []


async def test_a_file_that_can_not_be_taken_is_told_so_without_a_worker_too(idle: World, tmp_path: Path) -> None:
    case = await idle.start(opens=False)
    async with site_over(idle, tmp_path).visitor(case, patient=False) as visitor:
        await visitor.enter()
        answer = await visitor.upload(b"PK\x03\x04")
        assert (answer.status_code, title_of(answer)) == (422, "No pudimos recibir el archivo · Activa")
        answer = await visitor.post("/representante")
        assert (answer.status_code, answer.text.count('-error"><span')) == (422, 8)


async def test_the_desk_shows_what_is_known_without_a_worker_and_what_it_sends_is_kept(
    idle: World, tmp_path: Path
) -> None:
    async with idle.worker():
        case = await idle.start()
        await case.settle()
    path = f"/soporte/casos/{case.company_id}"
    given = {"reference": "FV-77", "amount_cop": "297500", "reason": "Pagó por transferencia."}
    async with site_over(idle, tmp_path).visitor(case, patient=False) as desk:
        await desk.enter(role="soporte", sub="ana")
        answer = await soon_shown(desk, path, "La activación empezó.")
        assert (answer.status_code, title_of(answer)) == (503, WAIT)
        assert (await desk.post(f"{path}/pago", **given)).status_code == 200
        assert (await desk.post(f"{path}/pago", **given, confirmado="1")).headers["location"] == f"{path}?hecho=espera"
    async with idle.worker():
        facts = await case.settle()
    assert facts["payment"]["paid"]
    assert facts["timeline"][1]["reason"] == "FV-77: Pagó por transferencia."


async def test_orders_that_need_a_worker_are_not_pretended(idle: World, tmp_path: Path) -> None:
    case = await idle.start(opens=False)
    async with site_over(idle, tmp_path).visitor(case, patient=False) as visitor:
        await visitor.enter()
        for path in ("/continuar", "/carta/eliminar", "/pago/verificar"):
            answer = await visitor.post(path)
            assert (answer.status_code, title_of(answer)) == (503, WAIT), path
            assert 'hx-get="/"' in answer.text, path


async def test_a_company_without_a_case_is_told_where_to_begin(site: Site) -> None:
    async with site.client() as browser:
        await browser.post("/entrar", data={"token": site.lender.token("NOBODY1")})
        for path in ("/", "/estado", "/comprar"):
            answer = await browser.get(path)
            assert (answer.status_code, title_of(answer)) == (
                404,
                "Tu empresa no tiene una activación abierta · Activa",
            )


async def test_a_closed_case_can_be_seen_and_not_changed(visitor: Visitor) -> None:
    await visitor.case.signal("activation_closed", reason="the company left")
    await visitor.case.handle.result()
    assert (await visitor.get("/estado")).status_code == 200
    answer = await visitor.post("/representante", **FORM)
    assert (answer.status_code, title_of(answer)) == (404, "Tu empresa no tiene una activación abierta · Activa")


async def test_a_store_that_is_down_is_told_without_a_word_of_the_inside(
    portal_world: World, visitor: Visitor, tmp_path: Path
) -> None:
    nowhere = s3.connect(
        endpoint_url="http://127.0.0.1:9", region="us-east-1", access_key_id="x", secret_access_key="x", connections=2
    )
    broken = site_over(portal_world, tmp_path)
    broken.app.state.portal.cases._objects = s3.S3Objects(nowhere, "nowhere")
    async with broken.client() as browser:
        browser.cookies = visitor.client.cookies
        answer = await browser.get("/estado?desde=correo")
    assert (answer.status_code, title_of(answer)) == (503, "En este momento no podemos responder · Activa")
    assert "S3" not in answer.text
    assert 'href="/estado?desde=correo">Intentar de nuevo</a>' in answer.text


async def test_an_error_nobody_thought_of_shows_a_number_and_the_log_has_no_text_of_it(
    site: Site, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    @site.app.get("/falla")
    async def fail() -> None:
        raise RuntimeError("María Ángela Peñaranda Muñoz 52345678")

    answer = await visitor.get("/falla")
    assert (answer.status_code, title_of(answer)) == (500, "Algo salió mal de nuestro lado · Activa")
    assert "Ya quedó registrado" not in text_of(answer)
    number = text_of(answer).partition("número: ")[2][:8]
    assert f"error {number}: RuntimeError at {__file__}:" in caplog.text
    for secret in ("Peñaranda", "52345678"):
        assert secret not in caplog.text
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nada", 404),
        ("DELETE", "/estado", 404),
        ("GET", "/carta?descargar=quizas", 400),
        ("GET", "/entrar", 404),
    ],
)
async def test_a_wrong_address_is_answered_in_words(visitor: Visitor, method: str, path: str, status: int) -> None:
    answer = await visitor.client.request(method, path)
    assert answer.status_code == status
    assert "Ir al inicio" in text_of(answer)


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


@pytest.mark.parametrize(
    ("method", "path", "offered"),
    [
        pytest.param("GET", "/estado", True, id="a page"),
        pytest.param("POST", "/carta", False, id="what was sent is not sent again by a link"),
        pytest.param("GET", "//evil.example/estado", False, id="what a browser takes for another site"),
    ],
)
def test_asking_once_more_is_offered_where_it_does_no_harm(site: Site, method: str, path: str, offered: bool) -> None:
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "session": {}}
    scope["server"] = ("activa.example", 443)
    failure = Failure(503, "En este momento no podemos responder", "Intenta de nuevo.", again=True)
    page = site.app.state.portal.pages.page(Request(scope), "failure.html", {"failure": failure})
    assert (b"Intentar de nuevo</a>" in page.body) == offered


async def test_a_file_for_which_the_portal_has_no_room_is_no_fault_of_its_sender(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await visitor.download_letter()
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")  # where a file of more than 1 MB waits

    answer = await visitor.upload(b"%PDF-1.7\n" + b" " * (2 << 20))

    assert answer.status_code == 503
    assert "Intenta de nuevo en unos minutos" in answer.text
    assert "could not be kept until it was read: ENOENT" in caplog.text
