"""Staff who ask the codec server, with tokens of an issuer of theirs."""

import json
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.portal.issuing import published

ISSUER, AUDIENCE = "contable-personal", "activa-codec"


class Staff:
    """The staff's issuer: its keys lie in a file."""

    def __init__(self, folder: Path) -> None:
        self.key, document = published("k1")
        self.jwks = folder / "jwks.json"
        self.jwks.write_text(json.dumps({"keys": [document]}))

    def token(self, key: ECKey | None = None, **changes: Any) -> str:
        """Return a token; `changes` replace claims."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "role": "soporte", "iat": now, "exp": now + 3600}
        return jwt.encode({"alg": "ES256", "kid": "k1"}, claims | changes, key or self.key, algorithms=["ES256"])
