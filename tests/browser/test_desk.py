"""The support desk and the billing API's page: for everybody, on a narrow telephone, under a thumb."""

from playwright.async_api import expect

from portal.auth.roles import Role
from tests.support.browser.at_desk import confirm, enter_desk, find_by_name
from tests.support.browser.inspection import problems
from tests.support.browser.person import Person
from tests.support.browser.states import doubtful
from tests.support.world import CaseUnderTest

PAGES = (
    "/soporte",
    "/soporte/casos",
    "/soporte/casos/{company}",
    "/soporte/casos/{company}/pago",
    "/soporte/casos/{company}/eventos",
    "/soporte/lotes",
    "/soporte/lotes/nuevo",
)


async def test_every_page_of_the_desk_can_be_used_by_everybody(support: Person, case: CaseUnderTest) -> None:
    await case.with_loan()
    found = {}
    for path in PAGES:
        address = path.format(company=case.company_id)
        await support.goto(address)
        assert await support.heading() != "No encontramos esta página", address
        if wrong := await problems(support):
            found[path] = wrong
    await support.page.get_by_label("Buscar por empresa, NIT o identificador").fill("Panadería")
    await support.press("Buscar")
    await expect(support.page.get_by_role("heading", level=1)).to_have_text("Resultados de «Panadería»")
    assert (found, await problems(support)) == ({}, [])


async def with_rejected_payments(case: CaseUnderTest) -> None:
    """A payment below the total, and one with a field that does not exist."""
    await case.signal("payment_confirmed", reference="FV-501", amount_cop=29_750, by="billing")
    await case.signal("payment_confirmed", refrence="FV-501", amount_cop=297_500, by="billing")
    await case.settle()


async def test_support_finds_a_rejected_message_understands_it_and_mends_it_without_a_manual(
    support: Person,
) -> None:
    name, page = "Molinos La Quebrada Honda S.A.S.", support.page
    case = await support.stack.world.start(legal_name=name)
    await with_rejected_payments(case)
    await find_by_name(support, "quebrada molinos", name)
    await expect(page.get_by_role("region", name="Por atender")).to_contain_text("Pago por debajo del total")
    rejected = page.get_by_role("region", name="Mensajes que no contaron")
    await expect(rejected).to_contain_text("Confirmación de pago")
    await expect(rejected).to_contain_text("«refrence» no es un dato de este mensaje")

    await rejected.get_by_role("link", name="Enviarlo bien").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Confirmar un pago")
    await expect(page.get_by_label("Valor pagado")).to_have_value("297500")
    await support.fill({"reference": "FV-501", "reason": "El banco confirmó el saldo."})
    await support.press("Revisar")
    await expect(page.locator("pre")).to_contain_text(
        f"temporal workflow signal --workflow-id activation-{case.company_id} --name payment_confirmed"
    )
    await confirm(support, case, "Hecho.")

    done = page.locator(".timeline li").filter(has_text="Se confirmó el pago del certificado")
    await expect(done).to_contain_text("support:ana · FV-501: El banco confirmó el saldo.")
    await expect(page.get_by_role("region", name="Por atender")).to_have_count(0)
    assert (await case.status())["payment"]["paid"]


async def test_a_case_with_rejected_messages_and_a_letter_under_review_can_be_used_by_everybody(
    support: Person, case: CaseUnderTest
) -> None:
    await doubtful(case)
    await with_rejected_payments(case)
    path, found = f"/soporte/casos/{case.company_id}", {}
    await support.goto(path)
    await expect(support.page.get_by_role("heading", name="En revisión")).to_be_visible()
    found["case"] = await problems(support)
    await support.page.locator("main summary").click()
    found["measures"] = await problems(support)
    await support.goto(f"{path}/revision")
    found["decision"] = await problems(support)
    await support.press("Revisar")
    await support.page.locator("#resumen").wait_for()
    found["decision with errors"] = await problems(support)
    await support.page.get_by_label("Decisión").select_option("accept")
    await support.fill({"reason": "La firma es la del RUT."})
    await support.press("Revisar")
    await support.page.locator("pre").wait_for()
    found["decision to confirm"] = await problems(support)
    await confirm(support, case, "Hecho.")
    found["case once it is decided"] = await problems(support)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_a_message_that_the_case_refuses_is_told_to_everybody(support: Person, case: CaseUnderTest) -> None:
    await case.pay()
    await case.settle()
    await support.goto(f"/soporte/casos/{case.company_id}/reenvio")
    await support.page.get_by_label("Correo").select_option("loan_started")
    await support.fill({"reason": "No le llegó."})
    await support.press("Revisar")
    await confirm(support, case, "El caso no lo aceptó.")
    assert (await case.settle())["rejected_signals_count"] == 1
    assert await problems(support) == []


async def test_who_only_reads_is_offered_nothing_to_do_on_a_page_for_everybody(
    person: Person, case: CaseUnderTest
) -> None:
    await with_rejected_payments(case)
    await enter_desk(person, Role.READER)
    await person.goto(f"/soporte/casos/{case.company_id}")
    await expect(person.page.get_by_role("region", name="Mensajes que no contaron")).to_be_visible()
    await expect(person.page.get_by_role("link", name="Enviarlo bien")).to_have_count(0)
    await expect(person.page.get_by_role("heading", name="Qué puedes hacer")).to_have_count(0)
    assert await problems(person) == []


async def test_the_page_of_the_billing_api_can_be_read_by_everybody(person: Person) -> None:
    await person.goto("/api/docs")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Billing API")
    assert await problems(person) == []
