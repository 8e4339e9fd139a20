"""Where the billing backend takes events, and the secrets that sign them: what a setting may say of either."""

import base64
import binascii
import ipaddress
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, ValidationError, model_validator

from domain.model import Model


def _receiver(text: str) -> str:
    try:
        url = AnyHttpUrl(text)
    except ValidationError:
        raise ValueError("must be a web address, as in https://billing.example.com/activa") from None
    if url.username is not None or url.password is not None or url.fragment is not None:
        raise ValueError("must hold no user, password or fragment: an event is known by its signature")
    if url.scheme != "https" and not _is_loopback(url.host or ""):
        raise ValueError("must begin with https:// outside loopback")
    return str(url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _signing_secret(secret: SecretStr) -> SecretStr:
    prefix, _, encoded = secret.get_secret_value().partition("_")
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if prefix != "whsec" or size not in SECRET_BYTES:
        raise ValueError("must be whsec_ and the base64 of 24 to 64 random bytes")
    return secret


SECRET_BYTES = range(24, 65)
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secret)]


class Webhooks(Model):
    """Where the billing backend takes events. Without a URL there are none."""

    url: Annotated[str, AfterValidator(_receiver)] | None = None
    secrets: Annotated[tuple[SigningSecret, ...], Field(max_length=2)] = ()
    """Each event is signed with all of them; two while the receiver changes from one to the other."""

    @model_validator(mode="after")
    def _is_signed(self) -> "Webhooks":
        if self.url is not None and not self.secrets:
            raise ValueError("URL is set without SECRETS; no event goes out unsigned")
        return self
