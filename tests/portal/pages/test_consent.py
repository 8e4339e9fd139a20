"""Ley 1581 de 2012: nothing of the representative is stored before the box is ticked, and that it was is proven."""

import base64
import hashlib
import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import profiles
from domain.bucket import PROFILES, consent_key, consents_of
from domain.consent.authorization import TEXT, TEXT_VERSION, Evidence
from domain.model import canonical_sha256
from tests.support import builders
from tests.support.portal.visiting import FORM, REPRESENTATIVE, Site, Visitor, text_of
from tests.support.world import World

SHA256 = canonical_sha256(builders.representative())
SAID_ONCE = "Sin la autorización no guardamos nada."


def stored(world: World, company_id: str) -> dict[str, str]:
    return dict(world.objects.list(f"{PROFILES}{company_id}/"))


def only_evidence(world: World, company_id: str) -> tuple[str, bytes]:
    [(key, _)] = world.objects.list(consents_of(company_id, SHA256))
    return key, world.objects.get(key).data


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, SAID_ONCE),
        ({"consent": "", "consent_version": TEXT_VERSION}, SAID_ONCE),
        ({"consent": "no", "consent_version": TEXT_VERSION}, SAID_ONCE),
        ({"consent": "si", "consent_version": "2025-9"}, "El texto de la autorización cambió."),
        ({"consent": "si"}, "El texto de la autorización cambió."),
    ],
)
async def test_without_the_authorization_no_data_are_stored(
    portal_world: World, visitor: Visitor, sent: dict[str, str], said: str
) -> None:
    before = stored(portal_world, visitor.case.company_id)

    answer = await visitor.post("/representante", **REPRESENTATIVE, **sent)

    assert answer.status_code == 422
    assert 'id="consent-error"' in answer.text
    assert said in text_of(answer)
    assert f'value="{REPRESENTATIVE["role"]}"' in answer.text
    assert stored(portal_world, visitor.case.company_id) == before
    assert (await visitor.case.status())["letter"]["folio"] is None


async def test_the_box_is_never_ticked_beforehand(visitor: Visitor) -> None:
    await visitor.download_letter()
    refused = await visitor.post("/representante", **(FORM | {"role": ""}))
    for page in (await visitor.get("/representante"), refused):
        [box] = re.findall(r'<input type="checkbox" id="consent"[^>]*>', page.text)
        assert "checked" not in box
        assert builders.LENDER["name"] in text_of(page).partition("Soy el titular")[2]


async def test_the_evidence_says_who_when_and_to_which_words(portal_world: World, visitor: Visitor) -> None:
    before = datetime.now(UTC)
    await visitor.download_letter()

    key, data = only_evidence(portal_world, visitor.case.company_id)
    given = Evidence.model_validate_json(data)

    assert key == consent_key(visitor.case.company_id, SHA256, "portal", TEXT_VERSION)
    assert (given.company_id, given.representative_sha256) == (visitor.case.company_id, SHA256)
    assert (given.text_version, given.text) == (
        TEXT_VERSION,
        TEXT.format(lender=builders.LENDER["name"], nit=builders.LENDER["nit"]),
    )
    assert before <= given.given_at <= datetime.now(UTC)
    assert given.given_at.utcoffset().total_seconds() == 0
    assert re.fullmatch("[0-9a-f]{32}", given.by)  # of the session: no name and no subject


async def test_the_evidence_is_never_overwritten_and_other_data_have_their_own(
    portal_world: World, visitor: Visitor
) -> None:
    await visitor.download_letter()
    first = only_evidence(portal_world, visitor.case.company_id)
    await visitor.enter(sub="otra-persona")
    await visitor.download_letter()
    assert only_evidence(portal_world, visitor.case.company_id) == first

    assert (await visitor.post("/representante", **(FORM | {"role": "Suplente"}))).status_code == 303

    other = canonical_sha256(builders.representative(role="Suplente"))
    assert only_evidence(portal_world, visitor.case.company_id) == first
    assert len(profiles.consents(portal_world.objects, visitor.case.company_id, other)) == 1


async def test_every_change_of_the_data_is_authorized_anew(portal_world: World, visitor: Visitor) -> None:
    await visitor.download_letter()
    before = stored(portal_world, visitor.case.company_id)
    changed = REPRESENTATIVE | {"role": "Suplente"}
    assert (await visitor.post("/representante", **changed)).status_code == 422
    assert stored(portal_world, visitor.case.company_id) == before


def strings_in(value: Any) -> str:
    """Return a history as text, its payloads decoded."""
    text = json.dumps(value)
    found = re.findall(r'"data": "([A-Za-z0-9+/=]+)"', text)
    return "\n".join([text, *(base64.b64decode(each).decode("utf-8", "replace") for each in found)])


async def test_nothing_of_the_authorization_enters_temporal_or_the_logs(
    portal_world: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await visitor.enter(sub="subject-of-the-lender")
    await visitor.download_letter()
    _, data = only_evidence(portal_world, visitor.case.company_id)
    by = Evidence.model_validate_json(data).by

    history = strings_in(json.loads(await visitor.case.history_json()))
    told = json.dumps(await visitor.case.status())
    logged = "\n".join(each.getMessage() for each in caplog.records)
    personal = ["subject-of-the-lender", *(each for each in REPRESENTATIVE.values() if len(each) > len("Gerente"))]
    assert [each for each in (*personal, by, "consents/") if each in history + told] == []
    assert [each for each in personal if each in logged] == []
    assert SHA256 in history


async def test_the_policy_opens_for_everybody_and_says_who_answers_and_how(site: Site, visitor: Visitor) -> None:
    form = await visitor.get("/representante")
    assert 'href="/datos"' in form.text
    async with site.client() as stranger:
        page = await stranger.get("/datos")
    said = text_of(page)
    assert page.status_code == 200
    for text in (
        *(builders.LENDER[name] for name in ("name", "nit", "data_protection_mail")),
        "Ley 1581 de 2012",
        "Conocer, actualizar y rectificar",
        "Pedir prueba de la autorización",
        "Superintendencia de Industria y Comercio",
        "10 días hábiles",
        TEXT_VERSION,
    ):
        assert text in said, text
    assert f'href="{builders.LENDER["policy_url"]}"' in page.text


async def test_support_sees_who_authorized_and_when_or_that_nobody_said_so(
    site: Site, portal_world: World, visitor: Visitor
) -> None:
    silent = await portal_world.start()
    await silent.with_letter()
    await visitor.download_letter()
    for case, said in ((visitor.case, f"(texto {TEXT_VERSION})"), (silent, "No consta")):
        async with site.visitor(case) as desk:
            await desk.enter(role="soporte", sub="ana")
            assert said in text_of(await desk.get(f"/soporte/casos/{case.company_id}"))


def test_other_words_have_another_version() -> None:
    digests = {"2026-1": "31424c8b393c7650"}
    assert hashlib.sha256(TEXT.encode()).hexdigest()[:16] == digests[TEXT_VERSION]
