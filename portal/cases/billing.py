"""The cases as the billing API needs them.

What one request did under a key of its sender is kept in the bucket, so that the same request gets the same answer.
"""

import asyncio
import hashlib
from datetime import date, timedelta
from typing import Any, Final

from adapters.activations import Activations, Started
from adapters.case_list import CaseList, CasePage, Filter
from adapters.s3 import S3Objects
from domain.bucket import request_key
from domain.case.policy import Policy
from domain.consent.submission import SubmittedRepresentative
from domain.contract import Sha256
from domain.errors import ActivaError, NoWorkerError, StoreUnavailableError, TemporalUnavailableError
from domain.messages.models import PaymentConfirmed
from domain.model import Model, canonical_bytes, canonical_sha256
from domain.profiles.company import Company
from domain.views.entitlement import Entitlement
from domain.views.known_entitlement import known_entitlement
from domain.views.stage import Stage

STATUS_WITHIN: Final = timedelta(seconds=3)
OUTLINE_WITHIN: Final = timedelta(seconds=3)
STANDING_WITHIN: Final = timedelta(seconds=2)
LETTER_WITHIN: Final = timedelta(seconds=15)
BY: Final = "billing"
JSON: Final = "application/json"


class KeyUsedError(ActivaError):
    """The key came before, with other data."""


class _Marker(Model):
    """What is kept of a request: its data's digest, whether there was a case before it and, once done, its answer."""

    sha256: Sha256
    was_there: bool = False
    answer: Started | None = None


class Billing:
    """Every company's activation, for the billing backend."""

    def __init__(self, activations: Activations, cases: CaseList, objects: S3Objects, policy: Policy) -> None:
        """New cases get the policy."""
        self._activations = activations
        self._cases = cases
        self._objects = objects
        self._policy = policy

    async def start(self, company: Company, key: tuple[str, str] | None) -> Started:
        """Start a company's activation unless it has one. With a key, of its sender and theirs, answer as before.

        The first request under a key notes what was there before it, so that whoever carries it out, this process or
        a repeat after a crash, gives one answer. Raises KeyUsedError when the key came with other data.
        """
        if key is None:
            return await self._activations.start(company, self._policy)
        place = request_key(hashlib.sha256("\0".join(key).encode()).hexdigest())
        marker = await self._claimed(place, company)
        if marker.answer is not None:
            return marker.answer
        done = await self._activations.start(company, self._policy)
        answer = done.model_copy(update={"started": done.started or not marker.was_there})
        return await self._answered(place, marker, answer)

    async def status(self, company_id: str) -> dict[str, Any]:
        """Return the whole case; raises NoWorkerError when no worker answers in time."""
        return await self._activations.status(company_id, within=STATUS_WITHIN)

    async def submit_representative(self, company_id: str, submitted: SubmittedRepresentative) -> dict[str, Any]:
        """Store a representative's data, with the authorization that is stated, and return the letter to be signed."""
        return await self._activations.submit_representative(
            company_id, submitted.person, BY, consent=submitted.authorization, within=LETTER_WITHIN
        )

    async def confirm_payment(self, company_id: str, payment: PaymentConfirmed) -> str | None:
        """Tell the case of a payment and return what it counts for, or None when no worker has said so in time."""
        return await self._activations.confirm_payment(company_id, payment, within=STANDING_WITHIN)

    async def entitlement(self, company_id: str, today: date) -> Entitlement:
        """Return what a company may sign with, from what Temporal itself knows: one call, no worker."""
        try:
            known = await self._activations.outline(company_id, within=OUTLINE_WITHIN)
        except NoWorkerError:
            raise TemporalUnavailableError("Temporal does not answer in time") from None
        return known_entitlement(known.stage, known.loan_ends_at, known.certificate_ends_at, today)

    async def page(
        self, stage: Stage | None, needs_attention: bool | None, limit: int, token: bytes | None
    ) -> CasePage:
        """Return some cases."""
        return await self._cases.page(Filter(stage=stage, needs_attention=needs_attention), limit, token)

    async def _claimed(self, place: str, company: Company) -> _Marker:
        """Return the marker under a key, written now if there is none."""
        if (found := await self._marker(place)) is None:
            was_there = await self._activations.exists(company.company_id)
            made = _Marker(sha256=canonical_sha256(company), was_there=was_there)
            if await asyncio.to_thread(self._objects.put_new, place, canonical_bytes(made), JSON):
                return made
            found = await self._marker(place)
        if found is None:
            raise StoreUnavailableError("a marker that was there is gone")
        if found.sha256 != canonical_sha256(company):
            raise KeyUsedError
        return found

    async def _answered(self, place: str, marker: _Marker, answer: Started) -> Started:
        """Keep an answer, unless another of the same request was first, and return the one that is kept."""
        stored = await asyncio.to_thread(self._objects.get, place)
        if stored is None:
            raise StoreUnavailableError("a marker that was there is gone")
        kept = _Marker.model_validate_json(stored.data)
        if kept.answer is not None:
            return kept.answer
        data = canonical_bytes(marker.model_copy(update={"answer": answer}))
        if await asyncio.to_thread(self._objects.replace, place, data, JSON, stored.etag):
            return answer
        kept = await self._marker(place) or kept
        return kept.answer or answer

    async def _marker(self, place: str) -> _Marker | None:
        stored = await asyncio.to_thread(self._objects.get, place)
        return None if stored is None else _Marker.model_validate_json(stored.data)
