"""Whatever a token says about its own key, the keys are those that the settings name."""

from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tests.support.portal.visiting import Site, Visitor

FOREIGN = ECKey.generate_key("P-256", {"kid": "foreign"})
HEADERS: dict[str, dict[str, Any]] = {
    "a key": {"kid": "foreign", "jwk": FOREIGN.as_dict(private=False)},
    "a key under the name of ours": {"kid": "development", "jwk": FOREIGN.as_dict(private=False)},
    "the place of keys": {"kid": "foreign", "jku": "https://evil.example/jwks.json"},
    "the place of a certificate": {"kid": "foreign", "x5u": "https://evil.example/certificate.pem"},
}


@pytest.mark.parametrize("brought", HEADERS)
async def test_a_key_that_a_token_brings_along_opens_nothing(site: Site, visitor: Visitor, brought: str) -> None:
    ours = site.lender.token(visitor.case.company_id)
    claims = jwt.decode(ours, site.lender.key, algorithms=["ES256"]).claims
    try:
        token = jwt.encode({"alg": "ES256", **HEADERS[brought]}, claims, FOREIGN)
    except JoseError as error:
        pytest.fail(f"the token could not be forged: {error}")

    async with site.client() as browser:
        answer = await browser.post("/entrar", data={"token": token})

    assert (answer.status_code, dict(browser.cookies)) == (401, {})
