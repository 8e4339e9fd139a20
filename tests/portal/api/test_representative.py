"""The legal representative by the API: the letter, and the consent that the backend states."""

import pytest

from adapters import profiles
from domain.bucket import PROFILES
from domain.model import canonical_sha256
from portal.api.examples import REPRESENTATIVE
from tests.support import builders
from tests.support.portal.calling import Caller, fields, problem
from tests.support.world import World

PATH = "/activations/{}/representative"
SHA256 = canonical_sha256(builders.representative())


async def test_a_representative_with_a_stated_consent_has_a_letter_and_evidence(
    portal_world: World, caller: Caller
) -> None:
    case = await portal_world.start()
    await case.settle()
    sent = builders.REPRESENTATIVE | {"consent": REPRESENTATIVE["consent"]}

    answer = await caller.post(PATH.format(case.company_id), sent)

    assert answer.status_code == 200, answer.text
    letter = (await case.settle())["letter"]
    assert answer.json() == {name: letter[name] for name in ("folio", "key", "sha256")}
    [kept] = profiles.consents(portal_world.objects, case.company_id, SHA256)
    assert (kept.door.value, kept.by, kept.text_version) == ("billing", "crm:77", "web-3")
    assert kept.given_at.isoformat() == "2026-11-24T15:00:00+00:00"
    again = await caller.post(PATH.format(case.company_id), builders.REPRESENTATIVE)
    assert again.json() == answer.json()
    assert len(profiles.consents(portal_world.objects, case.company_id, SHA256)) == 1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"consent": {"obtained_by": "crm:77"}}, {"consent.obtained_at"}),
        ({"consent": {"obtained_by": "crm:77", "obtained_at": "2099-01-01"}}, {"consent.obtained_at"}),
        ({"full_name": "Ana, entra a banco.example.co", "role": "www.evil"}, {"full_name", "role"}),
    ],
)
async def test_wrong_data_are_named_and_nothing_is_stored(
    portal_world: World, caller: Caller, change: dict[str, object], wrong: set[str]
) -> None:
    case = await portal_world.start()
    before = list(portal_world.objects.list(f"{PROFILES}{case.company_id}/"))

    answer = await caller.post(PATH.format(case.company_id), builders.REPRESENTATIVE | change)

    assert problem(answer) == (422, "wrong-input")
    assert set(fields(answer)) == wrong
    assert list(portal_world.objects.list(f"{PROFILES}{case.company_id}/")) == before


async def test_data_that_do_not_fit_on_the_letter_are_told_so(portal_world: World, caller: Caller) -> None:
    case = await portal_world.start()
    await case.settle()
    wide = {
        "full_name": "…" * 120,
        "document_city": "…" * 60,
        "role": "…" * 100,
        "email": f"{'m' * 60}@laespiga.example",
    }
    long = {"phone": "601 555 0101 ext. 123456 / 310 765 4321 ext. 123456"}

    answer = await caller.post(PATH.format(case.company_id), builders.REPRESENTATIVE | wide | long)

    assert problem(answer) == (422, "letter-refused")
    assert answer.json()["detail"] == (
        "They are kept. Correct the fields and send them again. In words for the person: "
        "No cabe en la carta. Escribe más corto: los nombres y apellidos."
    )


async def test_the_representative_of_nobody_is_not_found(caller: Caller) -> None:
    assert problem(await caller.post(PATH.format("NOBODY1"), builders.REPRESENTATIVE)) == (404, "no-activation")
