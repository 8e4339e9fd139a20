"""What export and erasure both stand on: the doors to the bucket and to the case, and what the case tells of itself."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.activations import Activations
from adapters.case_histories import CaseHistories
from adapters.case_removal import CaseRemoval
from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions
from audit_trail.trail import Trail
from deploy.habeas_data.elsewhere import Elsewhere
from deploy.habeas_data.letters_on_record import archived_status, erasure
from settings import Settings

Json = dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """The doors."""

    objects: S3Objects
    store: S3Versions
    cases: Activations
    removal: CaseRemoval
    histories: CaseHistories
    elsewhere: tuple[Elsewhere, ...]
    trail: Trail
    settings: Settings
    now: Callable[[], datetime]

    async def facts(self, company_id: str) -> tuple[Json | None, bool]:
        """Return what a case tells of itself, living or archived, and whether it is open; None without one.

        Raises NoWorkerError where only a worker could tell.
        """
        is_running = await self.removal.is_running(company_id)
        if not is_running:
            archived = await asyncio.to_thread(archived_status, self.objects, company_id, self.now())
            was_erased = await asyncio.to_thread(erasure, self.objects, company_id) is not None
            # Of a case whose erasure broke off, what it must tell is on record, and its key may be gone.
            if archived is not None or is_running is None or was_erased:
                return archived, False
        return await self.cases.status(company_id), bool(is_running)
