"""Which addresses of a company have had a mail of its case: whoever typed one may not be who reads it.

Known by digests. A marker that could not be written leaves an address new, which costs another neutral mail.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final

from pydantic import AwareDatetime

from activities.ports import Objects
from domain.bucket import address_key
from domain.errors import StoreUnavailableError
from domain.model import Model, canonical_bytes

_JSON: Final = "application/json"


class FirstMail(Model):
    """When an address got its first mail, UTC."""

    at: AwareDatetime


class KnownAddresses:
    """The addresses of one company. Calls block."""

    def __init__(self, objects: Objects, company_id: str) -> None:
        self._objects = objects
        self._company_id = company_id

    def knows(self, address: str) -> bool:
        """Tell whether an address, in whatever capitals, has had a mail."""
        return self._objects.get(self._key(address), 0) is not None

    def remember(self, addresses: Iterable[str], at: datetime) -> None:
        """Write down that addresses have had one."""
        for address in addresses:
            with suppress(StoreUnavailableError):
                self._objects.put_new(self._key(address), canonical_bytes(FirstMail(at=at)), _JSON)

    def _key(self, address: str) -> str:
        digest = hashlib.sha256(f"{self._company_id}\0{address.casefold()}".encode()).hexdigest()
        return address_key(self._company_id, digest)
