"""Payloads encrypted on their way to Temporal, each under the key of the company that its workflow is about.

A payload that says it is encrypted and can't be opened (an unknown key, another company's, other bytes) passes as it
came, and so does a plain one: a signal that anybody may send must not wedge a case. The raw inbox refuses it then, as
it refuses whatever is not JSON. Where the key can't be had for now, or its wrapper was retired too early, it raises:
the task is tried again until an operator has acted, and nothing is lost.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Self

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec, SerializationContext, WithSerializationContext

from adapters.encryption.data_keys import SHARED, DataKeys
from adapters.encryption.sealing import opened, seal
from domain.contract import company_of, is_company_id
from domain.messages.parsing import ENCRYPTED_ENCODING

_PAYLOAD: Final = "activa-payload-1"


class CompanyCodec(PayloadCodec, WithSerializationContext):
    """Encrypts and decrypts payloads of whatever workflow the context names.

    Without a context it encrypts under the shared key, and decrypts what any company's key opens. Inside the context of
    a workflow only that company's payloads open, and shared ones: a copy of another company's would be read otherwise.
    """

    def __init__(
        self, keys: DataKeys, *, reads_only: bool = False, company_id: str = SHARED, only_this: bool = False
    ) -> None:
        """With `reads_only` nothing is encrypted, so that processes that can't read it yet are not sent any."""
        self._keys = keys
        self._reads_only = reads_only
        self._company_id = company_id
        self._only_this = only_this

    def with_context(self, context: SerializationContext) -> Self:
        """Return the codec for the workflow that a context names."""
        workflow = getattr(context, "workflow_id", None)
        return self.of(company_of(workflow) or SHARED, only_this=True) if isinstance(workflow, str) else self

    def of(self, company_id: str, *, only_this: bool = False) -> Self:
        """Return the codec that encrypts under a company's key."""
        return type(self)(self._keys, reads_only=self._reads_only, company_id=company_id, only_this=only_this)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return the payloads encrypted."""
        if self._reads_only or not payloads:
            return list(payloads)
        company_id = self._company_id
        if (key := self._keys.at_hand(company_id)) is None:
            key = await asyncio.to_thread(self._keys.to_write_with, company_id)
        metadata = {
            "encoding": ENCRYPTED_ENCODING,
            "encryption-company": company_id.encode(),
            "encryption-key-id": key.id.encode(),
        }
        return [
            Payload(metadata=metadata, data=seal(key.secret, each.SerializeToString(), _PAYLOAD, company_id, key.id))
            for each in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Return the payloads decrypted; those that can't be, as they came."""
        return [await self._decoded(each) or each for each in payloads]

    async def _decoded(self, payload: Payload) -> Payload | None:
        named = named_key(payload)
        if named is None or (self._only_this and named[0] not in {SHARED, self._company_id}):
            return None
        key = self._keys.at_hand(*named) or await asyncio.to_thread(self._keys.to_read_with, *named)
        data = None if key is None else opened(key.secret, payload.data, _PAYLOAD, *named)
        return None if data is None else Payload.FromString(data)


def named_key(payload: Payload) -> tuple[str, str] | None:
    """Return the company and the key that an encrypted payload names; None for any other payload."""
    if payload.metadata.get("encoding") != ENCRYPTED_ENCODING:
        return None
    try:
        company_id = payload.metadata.get("encryption-company", b"").decode()
        key_id = payload.metadata.get("encryption-key-id", b"").decode()
    except UnicodeDecodeError:
        return None
    return (company_id, key_id) if company_id == SHARED or is_company_id(company_id) else None
