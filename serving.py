"""How much the portal bears of those who ask: how many at once, how long they may take, how often they may ask."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from domain.model import Model

Address = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}$")]
"""Where a server listens, as in `127.0.0.1:8000`."""
STORES: Final = ("redis", "rediss", "memcached")


def _store(place: SecretStr) -> SecretStr:
    if urlsplit(place.get_secret_value()).scheme not in STORES:
        raise ValueError(f"must begin with {', '.join(f'{each}://' for each in STORES)}")
    return place


class Serving(Model):
    """What the portal bears of those who ask."""

    connections: Annotated[int, Field(ge=10, le=100_000)] = 2000
    """Of everybody together; the process needs as many open files and a hundred more."""
    connections_per_address: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Of one network address. A proxy that `FORWARDED_ALLOW_IPS` names is counted by its requests' senders."""
    header_seconds: Annotated[int, Field(ge=1, le=600)] = 10
    """Within which a request's head must be there, from the connection's beginning on."""
    body_seconds: Annotated[int, Field(ge=1, le=600)] = 20
    """Within which its body must be there, and a second more for every 8 kB that have come; so an answer is read on."""
    polls_per_minute: Annotated[int, Field(ge=1)] = 120
    """Of one session: looking whether the certificate is paid, or whether the letter is ready."""
    counted_in: Annotated[SecretStr, AfterValidator(_store)] | None = None
    """The Redis or memcached in which all replicas count what was asked; without one, each counts by itself."""
    stale_keys_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long the issuer's keys serve on while their place is down."""
