"""The local stack's ring, made when encryption is first asked for. It stays: the histories beside it need it."""

import base64
import secrets
from pathlib import Path

from adapters.encryption.ring import RingKey, RingKeys, write_ring
from adapters.encryption.sealing import KEY_BYTES
from sealing import Encryption
from stack.stack_settings import StackSettings


def ensure_ring(stack: StackSettings) -> None:
    """Make the ring where encryption is asked for and there is none."""
    ring = _ring(stack)
    if stack.encrypted and not ring.exists():
        key = RingKey(id="local", aes256=base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        write_ring(ring, RingKeys(keys=(key,)))


def encryption(stack: StackSettings) -> Encryption:
    """Return the settings: without a ring none, and only reading where encryption is no longer asked for."""
    ring = _ring(stack)
    return Encryption(ring=ring, reads_only=not stack.encrypted) if ring.exists() else Encryption()


def _ring(stack: StackSettings) -> Path:
    return (stack.folder / "ring.json").resolve()
