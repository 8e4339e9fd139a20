"""Every case as the desk needs it: the index of names, the lists, the batches, and what is known of one case."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from adapters.activations import Activations
from adapters.batches import Batches
from adapters.case_list import CaseList
from adapters.directory.companies import Companies
from adapters.s3 import S3Objects
from domain.bucket import earlier_prefix, verdict_key
from domain.errors import CaseNotFoundError, NoWorkerError
from domain.messages.models import Message
from domain.model import as_known, as_known_json
from domain.profiles.company import Company
from domain.views.earlier import EarlierPage
from portal.cases.desk_facts import DeskFacts
from portal.cases.directory import Directory
from portal.cases.hand_entries import HandEntries
from portal.cases.proposals import Proposals
from portal.cases.representative import READ_WITHIN

SEEN_WITHIN: Final = timedelta(seconds=1.4)


@dataclass(frozen=True)
class Desk:
    """Every case, for support."""

    activations: Activations
    cases: CaseList
    batches: Batches
    directory: Directory
    objects: S3Objects
    proposals: Proposals
    entries: HandEntries

    @classmethod
    def over(
        cls, activations: Activations, cases: CaseList, batches: Batches, objects: S3Objects, table: Companies
    ) -> Self:
        """Return the desk over what reaches Temporal, a bucket, and the table of the companies."""
        return cls(
            activations=activations,
            cases=cases,
            batches=batches,
            directory=Directory(table, objects),
            objects=objects,
            proposals=Proposals(objects),
            entries=HandEntries(objects),
        )

    async def facts(self, company_id: str) -> DeskFacts:
        """Return the whole case; raises as `Cases.facts` does."""
        return as_known(DeskFacts, await self.activations.status(company_id, within=READ_WITHIN))

    async def has(self, company_id: str) -> bool:
        """Tell whether a company has a case, open or closed."""
        return await self.activations.exists(company_id)

    async def correct(self, company: Company, by: str) -> None:
        """Store corrected data of a company and tell its case."""
        await self.activations.update_company(company, by)

    async def verdict(self, company_id: str, upload_id: str) -> bytes | None:
        """Return the verdict on an upload with what was measured, as JSON."""
        stored = await asyncio.to_thread(self.objects.get, verdict_key(company_id, upload_id))
        return None if stored is None else stored.data

    async def earlier(self, company_id: str) -> tuple[str, ...]:
        """Return the names of the pages of lines that the case no longer carries, the newest first."""
        prefix = earlier_prefix(company_id)
        keys = await asyncio.to_thread(lambda: [key for key, _ in self.objects.list(prefix)])
        return tuple(key.removeprefix(prefix) for key in sorted(keys, reverse=True))

    async def earlier_page(self, company_id: str, name: str) -> EarlierPage:
        """Return one of these pages."""
        stored = await asyncio.to_thread(self.objects.get, earlier_prefix(company_id) + name)
        if stored is None:
            raise CaseNotFoundError(company_id)
        return as_known_json(EarlierPage, stored.data)

    async def send(self, company_id: str, signal: str, message: Message) -> bool | None:
        """Send a signal; return whether the case took it, None when it has not said so in time.

        It is kept either way: without a worker the case takes it once one runs.
        """
        try:
            before = await self.facts(company_id)
        except NoWorkerError:
            await self.activations.require(company_id)
            await self.activations.signal(company_id, signal, message)
            return None

        def taken(told: dict[str, Any]) -> bool | None:
            after = as_known(DeskFacts, told)
            if after.rejected_signals_count != before.rejected_signals_count:
                return False
            changed = after.messages_taken != before.messages_taken or after.closing != before.closing
            return True if changed else None

        return await self.activations.signal_and_see(company_id, signal, message, taken, within=SEEN_WITHIN)
