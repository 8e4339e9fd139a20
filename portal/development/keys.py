"""The key pair of the played lender: made once, kept in a folder."""

import json
import os
from pathlib import Path
from typing import Final

from joserfc.jwk import ECKey

KEY_ID: Final = "development"


def ensure_keys(private: Path, public: Path) -> None:
    """Make the private key unless it is there, readable by its owner only, and write the public one beside it."""
    if not private.exists():
        made = ECKey.generate_key("P-256", parameters={"kid": KEY_ID, "alg": "ES256", "use": "sig"})
        private.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made.as_dict(private=True), file)
    public.write_text(json.dumps({"keys": [read_key(private).as_dict(private=False)]}), encoding="utf-8")


def read_key(private: Path) -> ECKey:
    """Return the private key that `ensure_keys` has made."""
    return ECKey.import_key(json.loads(private.read_text(encoding="utf-8")))
