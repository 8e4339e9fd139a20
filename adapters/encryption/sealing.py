"""AES-256-GCM over bytes, bound to what they belong to: moved elsewhere, they do not open."""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def seal(key: bytes, data: bytes, *belonging: str) -> bytes:
    """Return the data encrypted under a nonce of their own, which stands before them."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, _bound(belonging))


def opened(key: bytes, sealed: bytes, *belonging: str) -> bytes | None:
    """Return what was sealed with this key for the same, or None: another key, another place, or other bytes."""
    nonce, data = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, data, _bound(belonging))
    except (InvalidTag, ValueError):  # the second of a nonce cut short
        return None


def _bound(belonging: tuple[str, ...]) -> bytes:
    """Return the names as additional data; none of them holds a zero byte."""
    return "\0".join(belonging).encode()
