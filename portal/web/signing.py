"""How what a browser keeps for us is signed: HMAC with SHA-256 throughout, where the library's own choice is SHA-1."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

SHA256: Final[dict[str, Any]] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
"""What a signer of itsdangerous is told."""


def oldest_first(secrets: Sequence[str]) -> list[str]:
    """Return the secrets as the library takes them: the last one signs, each of them is taken."""
    return list(reversed(secrets))
