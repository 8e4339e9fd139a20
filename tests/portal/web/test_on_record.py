"""What a portal says of whoever tries its doors: the events, when, who and from where, and nothing that was sent."""

import json
from collections.abc import Callable

import pytest

from audit_trail.events import EventName
from tests.support.portal.limited import until_refused
from tests.support.portal.visiting import Site
from tests.support.world import World

FORGED = [("portal", "authn_login_fail", "decode_error"), ("portal", "authz_fail", "401")]
SENT = "eyJhbGciOiJub25lIn0.forged.token"


async def test_entries_refusals_and_limits_are_on_record_without_what_was_sent(
    portal_world: World, build_site: Callable[..., Site], capsys: pytest.CaptureFixture[str]
) -> None:
    site, case = build_site(entries_per_minute=3, api_calls_per_minute=2), await portal_world.start()
    token = {"Authorization": f"Bearer {site.lender.api_token('activations:read')}"}
    capsys.readouterr()

    async with site.visitor(case) as visitor:
        await visitor.client.post("/entrar", data={"token": SENT})
        await visitor.enter()
        await visitor.client.get("/soporte")
        await until_refused(lambda: visitor.client.post("/entrar", data={"token": SENT}), 3)
        await visitor.client.post("/salir")
        await visitor.client.get("/api/activations", headers={"Authorization": f"Bearer {SENT}"})
        await visitor.client.post("/api/activations", headers=token)
        await until_refused(lambda: visitor.client.get("/api/activations", headers=token), 2)

    said = capsys.readouterr().out
    told = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    events = [
        (each["door"], each["event"], each["outcome"])
        for each in told
        if each["event"] not in {EventName.CHANGE, EventName.READ}
    ]
    # How often it is tried until it is too often depends on the minute.
    more = {number for kind in FORGED for number in [n for n, each in enumerate(events) if each == kind][2:]}
    assert [each for number, each in enumerate(events) if number not in more] == [
        *FORGED,
        ("portal", "authn_login_success", "success"),
        ("desk", "authz_fail", "404"),
        *FORGED,
        ("portal", "excess_rate_limit_exceeded", "429"),
        ("portal", "session_expired", "logout"),
        ("api", "authn_login_fail", "decode_error"),
        ("api", "authz_fail", "401"),
        ("api", "authz_fail", "403"),
        ("api", "excess_rate_limit_exceeded", "429"),
    ]
    assert all(each["at"].endswith("Z") and each["address"] and each["request_id"] for each in told)
    assert SENT not in said
