"""The ring: the keys that wrap the companies' keys, in a file, the newest first.

    {"keys": [{"id": "2027-01", "kms": "arn:aws:kms:..."}, {"id": "2026-11", "aes256": "<base64 of 32 bytes>"}]}

The first one wraps; every one unwraps; one that is taken out is refused. The file is read again once it has changed, so
that no process has to be restarted for a rotation. It replaces the old one whole, never half written.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Protocol, Self

from pydantic import Base64Bytes, Field, ValidationError, field_validator, model_validator

from adapters.encryption.kms import KmsKey
from adapters.encryption.sealing import KEY_BYTES, opened, seal
from domain.errors import ActivaError
from domain.model import Model

_WRAPPED: Final = "activa-company-key-1"


class RingError(ActivaError):
    """The ring can't be read; the text names the file and what is wrong in it, and no key."""


class RetiredKeyError(ActivaError):
    """What is to be opened was wrapped by a key that the ring does not hold, or no longer."""


class Wrapper(Protocol):
    """A key that wraps other keys; its calls may block. The port of `FileKey` and `KmsKey`."""

    def wrap(self, secret: bytes, company_id: str, key_id: str) -> bytes:
        """Return a company's key, wrapped for that company and under its own id."""
        ...

    def unwrap(self, wrapped: bytes, company_id: str, key_id: str) -> bytes | None:
        """Return the key, or None when it was not wrapped by this one for the same."""
        ...


class FileKey:
    """A key that lies in the ring's file itself."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def wrap(self, secret: bytes, company_id: str, key_id: str) -> bytes:
        """Return the key wrapped; see Wrapper."""
        return seal(self._secret, secret, _WRAPPED, company_id, key_id)

    def unwrap(self, wrapped: bytes, company_id: str, key_id: str) -> bytes | None:
        """Return the key; see Wrapper."""
        return opened(self._secret, wrapped, _WRAPPED, company_id, key_id)


class RingKey(Model):
    """One key as the file names it."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    aes256: Base64Bytes | None = Field(default=None, repr=False)
    kms: Annotated[str, Field(pattern=r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]*:(key|alias)/\S+$")] | None = None

    @field_validator("aes256")
    @classmethod
    def _is_a_key(cls, secret: bytes | None) -> bytes | None:
        if secret is not None and len(secret) != KEY_BYTES:
            raise ValueError(f"must be {KEY_BYTES} bytes in base64")
        return secret

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.aes256 is None) == (self.kms is None):
            raise ValueError("needs either aes256 or kms")
        return self


class RingKeys(Model):
    """The ring as its file holds it, the newest first."""

    keys: Annotated[tuple[RingKey, ...], Field(min_length=1)]

    @field_validator("keys")
    @classmethod
    def _have_names_of_their_own(cls, keys: tuple[RingKey, ...]) -> tuple[RingKey, ...]:
        if len({each.id for each in keys}) < len(keys):
            raise ValueError("an id stands there twice")
        return keys


def read_ring(path: Path) -> RingKeys:
    """Return what the file holds; raises RingError."""
    try:
        return RingKeys.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RingError(f"the ring {path} can't be read: {error.strerror}; check ACTIVA_ENCRYPTION__RING") from None
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'file'}: {each['msg']}" for each in problems)
        raise RingError(f"the ring {path} is not as it must be: {wrong}") from None


def write_ring(path: Path, keys: RingKeys) -> None:
    """Replace the file whole; its owner alone may read it."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".ring-", delete=False, encoding="utf-8") as file:
        file.write(keys.model_dump_json(indent=2, exclude_none=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


class Ring:
    """The keys of a ring file. Calls block; threads may share it."""

    def __init__(self, path: Path, kms: Callable[[str], Wrapper] = KmsKey) -> None:
        """Read the file; raises RingError. `kms` gives the wrapper for the address of a key in a KMS."""
        self._path = path
        self._kms = kms
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Wrapper] = {}
        self._current()

    def wrap(self, secret: bytes, company_id: str, key_id: str) -> tuple[str, bytes]:
        """Return the id of the newest key, and a company's key wrapped by it."""
        newest, wrapper = next(iter(self._current().items()))
        return newest, wrapper.wrap(secret, company_id, key_id)

    def unwrap(self, ring_id: str, wrapped: bytes, company_id: str, key_id: str) -> bytes:
        """Return a company's key; raises RetiredKeyError where its wrapper is not in the ring."""
        wrapper = self._current().get(ring_id)
        whose = company_id or "what is shared"
        if wrapper is None:
            raise RetiredKeyError(
                f"the key of {whose} is wrapped by {ring_id}, which the ring {self._path} does not hold; "
                f"put {ring_id} back, and run `python -m deploy.keys rewrap` before it is retired"
            )
        secret = wrapper.unwrap(wrapped, company_id, key_id)
        if secret is None:
            raise RetiredKeyError(
                f"the key of {whose} does not open with {ring_id} of the ring {self._path}: "
                "another key stands there under that id; put the right one back"
            )
        return secret

    @property
    def newest(self) -> str:
        """The id of the key that wraps."""
        return next(iter(self._current()))

    def _current(self) -> dict[str, Wrapper]:
        """Return the keys by id, the newest first, read again once the file is another one."""
        try:
            found = self._path.stat()
        except OSError:
            found = None
        seen = None if found is None else (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen is None or seen != self._seen:
            named = read_ring(self._path).keys
            self._keys = {each.id: self._wrapper(each) for each in named}
            self._seen = seen
        return self._keys

    def _wrapper(self, key: RingKey) -> Wrapper:
        return self._kms(key.kms) if key.kms is not None else FileKey(key.aes256 or b"")
