"""Whether the certificate is paid, and buying it."""

from urllib.parse import parse_qs, urlsplit

from domain.case.policy import Policy
from tests.support.portal.visiting import Visitor, text_of
from tests.support.world import World


async def test_a_company_that_has_paid_is_told_so_and_goes_on(visitor: Visitor) -> None:
    await visitor.case.pay()
    assert (await visitor.post("/pago/verificar")).headers["location"] == "/pago/resultado"
    result = await visitor.get("/pago/resultado")
    assert "Tu certificado digital está pago" in text_of(result)
    assert 'href="/siguiente">Entendido' in result.text
    said = text_of(await visitor.get("/siguiente"))
    assert "Continuar al paso 3" in said
    assert "Pedir el préstamo" in said  # the days until the certificate is issued
    assert (await visitor.post("/continuar")).headers["location"] == "/siguiente"
    assert (await visitor.case.status())["steps"]["completed"] == [2]


async def test_a_company_that_has_not_paid_may_buy_or_borrow(visitor: Visitor) -> None:
    await visitor.post("/pago/verificar")
    result = await visitor.get("/pago/resultado")
    said = text_of(result)
    assert "$297.500 IVA incluido Sirve un año." in said
    assert 'href="/comprar">Comprar certificado digital' in result.text
    assert 'href="/representante">Pedir el préstamo' in result.text
    assert "Sin costo por 30 días" in said


async def test_price_tax_total_and_validity_are_shown_before_payment(visitor: Visitor) -> None:
    said = text_of(await visitor.get("/comprar"))
    assert "vigencia de un año" in said
    assert "Precio $250.000 IVA $47.500 Total a pagar $297.500" in said


async def test_a_price_of_ones_own_is_the_one_that_is_shown(portal_world: World, visitor: Visitor) -> None:
    case = await portal_world.start(Policy(price_cop=100_000, validity_days=730, loan_days=15))
    async with visitor.site.visitor(case) as other:
        await other.enter()
        said = text_of(await other.get("/comprar"))
        assert "vigencia de 730 días" in said
        assert "Total a pagar $119.000" in said
        assert "por 15 días" in text_of(await other.get("/pago/resultado"))


async def test_a_means_of_payment_must_be_chosen(visitor: Visitor) -> None:
    for chosen in ({}, {"medio": "bitcoin"}):
        answer = await visitor.post("/comprar", **chosen)
        assert answer.status_code == 422
        assert text_of(answer).count("Elige con qué medio vas a pagar.") == 2


async def test_the_checkout_is_told_company_amount_means_and_where_to_lead_back(visitor: Visitor) -> None:
    answer = await visitor.post("/comprar", medio="pse")
    address = urlsplit(answer.headers["location"])
    assert (answer.status_code, address.path) == (303, "/desarrollo/pagar")
    assert parse_qs(address.query) == {
        "company_id": [visitor.case.company_id],
        "amount_cop": ["297500"],
        "method": ["pse"],
        "return_url": ["http://127.0.0.1:8000/comprar/regreso"],
    }


async def test_a_payment_at_the_checkout_reaches_the_case_and_the_page_that_waits_for_it(visitor: Visitor) -> None:
    assert "Estamos confirmando tu pago" in text_of(await visitor.get("/comprar/regreso"))
    order = parse_qs(urlsplit((await visitor.post("/comprar", medio="pse")).headers["location"]).query)
    paid = await visitor.post("/desarrollo/pagar", **{name: value for name, [value] in order.items()})
    assert paid.headers["location"] == "http://127.0.0.1:8000/comprar/regreso"
    facts = await visitor.case.settle()
    assert facts["payment"]["paid"]
    assert facts["payment"]["payments"][0]["method"] == "pse"
    assert (await visitor.get("/comprar/regreso")).headers["location"] == "/pago/resultado"


async def test_nobody_who_has_bought_is_offered_to_buy(visitor: Visitor) -> None:
    await visitor.case.pay()
    await visitor.case.settle()
    offer = await visitor.get("/comprar")
    assert "Tu certificado ya está pago. No tienes que comprar otro ahora." in text_of(offer)
    assert "<form method" not in offer.text.partition("<main")[2]
    assert (await visitor.post("/comprar", medio="pse")).headers["location"] == "/pago/resultado"
    for path in ("/", "/estado", "/siguiente", "/pago/resultado"):
        assert "/comprar" not in (await visitor.get(path)).text, path


async def test_the_status_page_offers_to_renew_only_near_the_end(portal_world: World, visitor: Visitor) -> None:
    await visitor.case.issue_certificate(days=300)
    await visitor.case.settle()
    said = text_of(await visitor.get("/estado"))
    assert "Tu empresa firma con su propio certificado" in said
    assert "Renovar" not in said
    near = await portal_world.start()
    await near.issue_certificate(days=20)
    await near.settle()
    async with visitor.site.visitor(near) as other:
        await other.enter()
        assert "Renovar certificado digital" in text_of(await other.get("/estado"))
        assert "vence en 20 días" in text_of(await other.get("/estado"))
