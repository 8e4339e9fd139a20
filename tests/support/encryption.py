"""Rings for the tests, in files of their own."""

import base64
import secrets
from pathlib import Path

from adapters.encryption.ring import RingKey, RingKeys, write_ring


def file_key(name: str) -> RingKey:
    """Return a key drawn at random."""
    return RingKey(id=name, aes256=base64.b64encode(secrets.token_bytes(32)))


def ring_file(path: Path, *keys: RingKey) -> Path:
    """Write a ring, the newest key first; without any, one of the id `k1`."""
    write_ring(path, RingKeys(keys=keys or (file_key("k1"),)))
    return path
