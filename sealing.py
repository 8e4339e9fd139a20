"""Whether what goes to Temporal is encrypted, and who opens it for staff."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from domain.letter.content import HttpUrl
from domain.model import Model
from serving import Address


class Encryption(Model):
    """What Temporal is given instead of what is meant."""

    ring: Path | None = None
    """A file with the keys that wrap the companies' keys; with one, everything that goes to Temporal is encrypted."""
    reads_only: bool = False
    """Nothing new is encrypted; what is, can be read. For the way there, until every process has the ring, and back."""


class CodecServer(Model):
    """What opens payloads for Temporal's page and command line: where it listens, whom it trusts."""

    address: Address = "127.0.0.1:8081"
    origin: HttpUrl
    """Where Temporal's page lies, as in `https://temporal.example.com`: the one place a browser may ask from."""
    issuer: Annotated[str, Field(min_length=1)]
    """The `iss` of the staff's tokens."""
    audience: Annotated[str, Field(min_length=1)] = "activa-codec"
    """Their `aud`."""
    jwks: Annotated[str, Field(min_length=1)]
    """The public keys of that issuer: an https address, or the path of a file."""

    @field_validator("origin")
    @classmethod
    def _has_no_path(cls, origin: str) -> str:
        found = urlsplit(origin)
        if origin.rstrip("/") != f"{found.scheme}://{found.netloc}":
            raise ValueError("must have no path, as in https://temporal.example.com")
        return origin.rstrip("/")
