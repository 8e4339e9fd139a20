"""Support at work: a case is found, understood and mended, and the timeline says who and why."""

import asyncio
import io
import json
import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from domain.calendar import bogota_date
from domain.case.earlier import PAGE_LINES
from domain.case.rejections import MOST_REJECTED
from portal.auth.roles import Role
from tests.support.portal.visiting import Site, Visitor, text_of, title_of
from tests.support.world import CaseUnderTest, World


@pytest_asyncio.fixture(loop_scope="session")
async def case(portal_world: World) -> CaseUnderTest:
    case = await portal_world.start(legal_name="Ferretería El Tornillo Ltda.")
    await case.settle()
    return case


@pytest_asyncio.fixture(loop_scope="session")
async def desk(site: Site, case: CaseUnderTest) -> AsyncIterator[Visitor]:
    """Ana of support, at the desk."""
    async with site.visitor(case) as one:
        await one.enter(role="soporte", sub="ana")
        yield one


async def act(desk: Visitor, key: str, **values: str) -> httpx.Response:
    """Fill in an action, confirm it, and return the case's page."""
    path = f"/soporte/casos/{desk.case.company_id}/{key}"
    shown = await desk.post(path, **values)
    assert "Lo mismo, desde una terminal:" in text_of(shown), text_of(shown)
    done = await desk.post(path, **values, confirmado="1")
    assert done.status_code == 303
    return await desk.get(done.headers["location"])


def command_in(page: httpx.Response) -> str:
    [command] = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page.text, re.DOTALL)
    return command.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")


async def test_staff_come_in_at_the_desk_and_representatives_do_not(desk: Visitor) -> None:
    answer = await desk.enter(role="consulta", sub="luis")
    assert answer.headers["location"] == "/soporte"
    assert (await desk.get("/soporte")).status_code == 200
    assert (await desk.get("/estado")).status_code == 404


@pytest.mark.parametrize("sub", ["", "Ana María", "ana@example.co", "a" * 41])
async def test_staff_need_a_short_name_for_the_timeline(desk: Visitor, sub: str) -> None:
    assert (await desk.enter(role="soporte", sub=sub)).status_code == 401


async def test_a_rejected_signal_is_explained_and_mended_and_the_timeline_says_who_and_why(desk: Visitor) -> None:
    await desk.case.signal("payment_confirmed", reference="FV-77", amount_cop=10, by="billing")
    await desk.case.signal("payment_confirmed", refrence="FV-78", amount_cop=297_500, by="billing")
    await desk.case.settle()
    page = await desk.get(f"/soporte/casos/{desk.case.company_id}")
    said = text_of(page)
    assert "Por atender" in said
    assert "Pago por debajo del total" in said
    assert "Mensajes que no contaron Confirmación de pago payment_confirmed" in said
    assert "refrence" in said
    assert "Después contó otro" not in said
    assert f'href="/soporte/casos/{desk.case.company_id}/pago">Enviarlo bien' in page.text
    after = await act(desk, "pago", reference="FV-78", amount_cop="297.500", reason="Pagó por transferencia.")
    said = text_of(after)
    assert said.partition("Hecho. El caso lo tomó")[1]
    assert "Por atender Un mensaje" not in said
    assert "Se confirmó el pago del certificado" in said
    assert "support:ana · FV-78: Pagó por transferencia." in said
    assert "Después contó otro como este." in said
    assert (await desk.case.status())["payment"]["paid"]


async def test_the_command_that_is_shown_does_the_same(desk: Visitor) -> None:
    path = f"/soporte/casos/{desk.case.company_id}/pago"
    typed = {"reference": "FV-80", "amount_cop": "297500", "reason": "Dijo: «ya pagué», it's paid"}
    shown = command_in(await desk.post(path, **typed))
    assert shown.startswith(f"temporal workflow signal --workflow-id activation-{desk.case.company_id} --name payment_")
    run = await asyncio.create_subprocess_shell(
        f".venv/bin/{shown}", env={**os.environ, **desk.case.world.place.environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await run.communicate()
    assert run.returncode == 0, output
    facts = await desk.case.settle()
    assert facts["payment"]["paid"]
    assert facts["timeline"][-2]["reason"] == f"FV-80: {typed['reason']}"


async def test_what_was_typed_is_still_there_when_it_is_to_be_changed(desk: Visitor) -> None:
    path = f"/soporte/casos/{desk.case.company_id}/pago"
    typed = {"reference": "FV-81", "amount_cop": "297500", "reason": "Pagó por transferencia."}
    shown = await desk.post(path, **typed)
    assert desk.case.company_id in text_of(shown)
    again = await desk.post(path, **typed, confirmado="1", cambiar="1")
    assert 'name="reference" type="text" value="FV-81"' in again.text
    assert ">Pagó por transferencia.</textarea>" in again.text
    assert not (await desk.case.settle())["payment"]["paid"]


async def test_a_review_shows_days_and_amounts_as_in_colombia_and_posts_what_a_machine_reads(desk: Visitor) -> None:
    path = f"/soporte/casos/{desk.case.company_id}"
    paid = await desk.post(f"{path}/pago", reference="FV-81", amount_cop="297500", reason="Pagó.")
    assert "Valor pagado, en pesos $297.500" in text_of(paid)
    assert '<input type="hidden" name="amount_cop" value="297500">' in paid.text
    muted = await desk.post(f"{path}/silencio", until="2026-12-10", reason="Vacaciones.")
    assert "Hasta el día 10 de diciembre de 2026" in text_of(muted)
    assert '<input type="hidden" name="until" value="2026-12-10">' in muted.text
    assert '"until": "2026-12-10"' in command_in(muted)


@pytest.mark.parametrize(("amount", "warned"), [("297499", True), ("297500", False)])
async def test_a_payment_below_the_total_is_told_before_it_is_sent(desk: Visitor, amount: str, warned: bool) -> None:
    path = f"/soporte/casos/{desk.case.company_id}/pago"
    shown = await desk.post(path, reference="FV-82", amount_cop=amount, reason="Abono.")
    assert ("El total es $297.500: con este valor el certificado no queda pago." in text_of(shown)) is warned


async def test_a_case_that_is_not_there_is_told_to_support_in_its_own_words(desk: Visitor) -> None:
    answer = await desk.get("/soporte/casos/NOEXISTE")
    assert answer.status_code == 404
    assert "No hay un caso abierto con ese identificador" in text_of(answer)


async def test_muted_reminders_are_told(desk: Visitor) -> None:
    await desk.case.signal("reminders_muted", until="2027-01-31", reason="Vacaciones.")
    await desk.case.settle()
    said = text_of(await desk.get(f"/soporte/casos/{desk.case.company_id}"))
    assert "Recordatorios Suspendidos hasta el 31 de enero de 2027" in said


async def test_nothing_happens_before_it_is_confirmed_or_without_a_reason(desk: Visitor) -> None:
    path = f"/soporte/casos/{desk.case.company_id}/cierre"
    before = await desk.case.status()
    answer = await desk.post(path, confirmado="1")
    assert (answer.status_code, title_of(answer)) == (422, "Error: Cerrar el caso · Activa")
    assert text_of(answer).count("Falta este dato.") == 2
    assert "Motivo: Falta este dato." in text_of(answer)
    await desk.post(path, reason="La empresa se fue.")
    assert await desk.case.status() == before


@pytest.mark.parametrize(
    ("key", "values", "field"),
    [
        ("pago", {"reference": "F", "amount_cop": "mucho", "reason": "x"}, "amount_cop"),
        ("silencio", {"until": "mañana", "reason": "x"}, "until"),
        ("reenvio", {"notice": "everything", "reason": "x"}, "notice"),
        (
            "certificado",
            {"serial": "ñ", "valid_from": "2026-12-01", "valid_until": "2027-12-01", "reason": "x"},
            "serial",
        ),
        ("correo", {"email": "no", "notice": "loan_started", "reason": "x"}, "email"),
        ("retiro", {"reason": "x" * 501}, "reason"),
    ],
)
async def test_a_wrong_value_is_explained_at_its_field(
    desk: Visitor, key: str, values: dict[str, str], field: str
) -> None:
    answer = await desk.post(f"/soporte/casos/{desk.case.company_id}/{key}", **values, confirmado="1")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_a_letter_is_looked_at_and_decided(desk: Visitor) -> None:
    await desk.case.with_letter()
    letter = await desk.case.signed()
    await desk.case.attach(letter)
    facts = await desk.case.settle()
    page = await desk.get(f"/soporte/casos/{desk.case.company_id}")
    upload_id = facts["letter"]["versions"][0]["upload_id"]
    assert "Lo que se midió" in text_of(page)
    path = f"/carta/{upload_id}.jpg"
    # Two readers at once: what draws a PDF for one thread only would end the portal here.
    pictures = await asyncio.gather(*(desk.get(f"/soporte/casos/{desk.case.company_id}{path}") for _ in range(8)))
    for picture in pictures:
        assert picture.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(picture.content)).height == 2200
    assert (await desk.get(f"/soporte/casos/{desk.case.company_id}{path}?pagina=2")).status_code == 404
    assert (await desk.get(f"/soporte/casos/OTHER{path}")).status_code == 404


async def test_a_mail_address_is_corrected_and_the_mail_sent_again_in_one_step(desk: Visitor) -> None:
    await desk.case.pay()
    await desk.case.settle()
    await act(desk, "correo", email="nuevo@tornillo.example.co", notice="payment_received", reason="Escribió mal.")
    facts = await desk.case.settle()
    mail = desk.case.mails("again/")[-1]
    assert "nuevo@tornillo.example.co" in mail["To"]
    assert facts["rejected_signals"] == []
    assert any("Escribió mal." in str(event["reason"]) for event in facts["timeline"])


async def test_a_mail_address_is_corrected_also_where_older_data_would_be_refused_today(
    site: Site, portal_world: World
) -> None:
    case = await portal_world.start(legal_name="visita banco.example.co")
    await case.pay()
    await case.settle()
    async with site.visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        await act(desk, "correo", email="nuevo@tornillo.example.co", notice="payment_received", reason="Escribió mal.")
        await case.settle()
    mail = case.mails("again/")[-1]
    assert "nuevo@tornillo.example.co" in mail["To"]
    assert "banco.example" not in mail["Subject"] + mail.get_body(("plain",)).get_content()


async def test_every_other_action_is_its_signal(desk: Visitor) -> None:
    await desk.case.with_loan()
    await desk.case.settle()
    now = bogota_date(await desk.case.now())
    await act(desk, "silencio", until=str(now + timedelta(days=9)), reason="De vacaciones.")
    await act(desk, "reenvio", notice="loan_started", reason="No le llegó.")
    await act(desk, "retiro", reason="Uso indebido.")
    await act(
        desk,
        "certificado",
        serial="5F:01",
        valid_from=str(now),
        valid_until=str(now + timedelta(days=365)),
        reason="Llegó por correo.",
    )
    facts = await desk.case.settle()
    done = {event["action"]: event for event in facts["timeline"] if event["actor"] == "support:ana"}
    assert set(done) >= {"reminders_muted", "notice_requested", "loan_revoked", "certificate_issued"}
    for action, reason in (
        ("reminders_muted", "De vacaciones."),
        ("notice_requested", "No le llegó."),
        ("loan_revoked", "Uso indebido."),
        ("certificate_issued", "Llegó por correo."),
    ):
        assert reason in done[action]["reason"]
    await act(desk, "cierre", reason="La empresa se fue.")


async def test_a_case_that_refuses_says_so_on_the_page(desk: Visitor) -> None:
    await desk.case.pay()
    await desk.case.settle()
    after = await act(desk, "pago", reference="FV-77", amount_cop="1", reason="Por error.")
    assert "El caso no lo aceptó." in text_of(after)


async def test_readers_see_the_case_and_change_nothing(site: Site, case: CaseUnderTest) -> None:
    async with site.visitor(case) as reader:
        await reader.enter(role=Role.READER, sub="luis")
        page = await reader.get(f"/soporte/casos/{case.company_id}")
        assert page.status_code == 200
        assert "Qué puedes hacer" not in page.text
        answer = await reader.post(f"/soporte/casos/{case.company_id}/cierre", reason="x", confirmado="1")
        assert answer.status_code == 404
    assert (await case.status())["closing"] is None


async def test_a_case_is_found_by_name_and_by_id_and_listed_by_stage_and_need(
    desk: Visitor, portal_world: World
) -> None:
    named = await portal_world.start(legal_name="Panadería Zaguán Ltda.")  # the others here share one name
    await desk.case.signal("loan_revoked", reason="nothing to revoke")
    await desk.case.settle()
    await desk.case.in_visibility('ActivationStage = "started" AND NeedsAttention = true')
    found = await desk.post("/soporte/buscar", q="zaguan")
    assert f'href="/soporte/casos/{named.company_id}"' in found.text
    exact = await desk.post("/soporte/buscar", q=desk.case.company_id)
    assert exact.headers["location"] == f"/soporte/casos/{desk.case.company_id}"
    for path in ("?etapa=started", "?atencion=true", "?etapa=nonsense&vence=x"):
        listed = await desk.get(f"/soporte/casos{path}")
        assert listed.status_code == 200
        assert "Ferretería El Tornillo Ltda." in text_of(listed) or "Siguientes" in text_of(listed), path
    home = text_of(await desk.get("/soporte"))
    assert "Vencimientos por semana, desde hoy" in home
    assert re.search(r"\b[1-9]\d* por atender", home)


async def test_what_is_searched_for_stands_in_no_address_and_that_somebody_searched_is_on_record(
    site: Site, case: CaseUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    async with site.visitor(case) as reader:
        await reader.enter(role=Role.READER, sub="luis")
        address = (await reader.get("/soporte/buscar?q=52345678")).status_code
        found = await reader.post("/soporte/buscar", q="52345678")
    told = [line for line in capsys.readouterr().out.splitlines() if "POST /soporte/buscar" in line]
    assert 'action="/soporte/buscar" method="post"' in found.text
    assert (address, found.status_code, "52345678" in "".join(told)) == (404, 200, False)
    assert [(json.loads(line)["event"], json.loads(line)["role"]) for line in told] == [("sensitive_read", "consulta")]


@pytest.mark.parametrize("page", ["%F0", "x", "AAAA", "c29tZXRoaW5nIGVsc2U="])
async def test_a_page_of_a_list_that_was_made_up_is_refused_at_once(desk: Visitor, page: str) -> None:
    answer = await desk.get(f"/soporte/casos?pagina={page}")
    assert (answer.status_code, title_of(answer)) == (400, "No entendimos la solicitud · Activa")


async def test_a_long_list_is_read_page_by_page_without_repeating_a_case(portal_world: World, desk: Visitor) -> None:
    for _ in range(3):
        await portal_world.start()
    seen: list[str] = []
    path = "/soporte/casos?etapa=started"
    while path:
        page = await desk.get(path)
        seen += re.findall(r'<td><a href="/soporte/casos/([^"]+)"', page.text)
        following = re.findall(r'href="(/soporte/casos\?etapa=[^"]*pagina=[^"]+)"', page.text)
        path = following[0].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) >= 3


async def test_what_a_case_no_longer_carries_is_shown_on_a_page_of_its_own(desk: Visitor) -> None:
    address = f"/soporte/casos/{desk.case.company_id}"
    assert (await desk.get(f"{address}/anteriores")).status_code == 404
    for number in range(MOST_REJECTED + PAGE_LINES):
        await desk.case.handle.signal(f"no_such_{number:03}", {"by": "billing"})
    await desk.case.settle()

    now = await desk.get(address)
    before = text_of(await desk.get(f"{address}/anteriores"))

    assert f'href="{address}/anteriores"' in now.text
    assert "no_such_000" not in now.text
    assert "no_such_000" in before
    assert f"no_such_{MOST_REJECTED + PAGE_LINES - 1:03}" not in before
    assert (await desk.get(f"{address}/anteriores?pagina=2")).status_code == 404
