"""How much the portal bears of those who ask: how many at once, and how long they may take."""

from typing import Annotated

from pydantic import Field

from domain.model import Model


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
