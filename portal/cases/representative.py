"""The cases as the representative's pages need them: an answer within two seconds, or the word that the work goes on.

What a person typed or sent is stored before the case is told, so a page that gives up waiting has lost nothing.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from adapters import profiles, uploads
from adapters.activations import Activations
from adapters.outlines import Outline
from adapters.s3 import S3Object, S3Objects
from domain.bucket import (
    company_key,
    flattened_letter_key,
    inbox_key,
    old_flattened_letter_key,
    representative_key,
    verdict_key,
)
from domain.consent.authorization import Authorization, Evidence
from domain.errors import NoWorkerError
from domain.letter.examination import Conversion
from domain.messages.models import AttachLetter, ContinueToTestSet, DeleteLetter, LetterUploaded, SubmitRepresentative
from domain.model import as_known, canonical_sha256
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from portal.cases.facts import Facts

BY: Final = "representative"
"""Who acts, for the timeline. Which person it was is the lender's to know: a name has no place in Temporal."""
READ_WITHIN: Final = timedelta(seconds=1.4)
OUTLINE_WITHIN: Final = timedelta(seconds=0.5)
DONE_WITHIN: Final = timedelta(seconds=1.4)


class Cases:
    """Every company's case, each call for one company."""

    def __init__(self, activations: Activations, objects: S3Objects) -> None:
        self._activations = activations
        self._objects = objects

    async def facts(self, company_id: str) -> Facts:
        """Return the case; raises NoWorkerError when no worker answers in time, CaseNotFoundError without one."""
        return as_known(Facts, await self._activations.status(company_id, within=READ_WITHIN))

    async def outline(self, company_id: str) -> Outline:
        """Return what is known of a case without a worker."""
        return await self._activations.outline(company_id, within=OUTLINE_WITHIN)

    async def company(self, company_id: str) -> Company | None:
        """Return the company's stored data."""
        stored = await asyncio.to_thread(self._objects.get, company_key(company_id))
        return None if stored is None else Company.model_validate_json(stored.data)

    async def representative(self, company_id: str) -> Representative | None:
        """Return the representative's stored data."""
        stored = await asyncio.to_thread(self._objects.get, representative_key(company_id))
        return None if stored is None else Representative.model_validate_json(stored.data)

    async def consents(self, company_id: str, person: Representative) -> list[Evidence]:
        """Return the authorizations to treat a representative's data, the earliest first."""
        return await asyncio.to_thread(profiles.consents, self._objects, company_id, canonical_sha256(person))

    async def submit_representative(self, company_id: str, person: Representative, consent: Authorization) -> bool:
        """Store the data and have the letter made; False when it is not ready yet and must be asked for again.

        Raises RefusedError when no letter can be made of these data.
        """
        try:
            await self._activations.submit_representative(company_id, person, BY, consent=consent, within=DONE_WITHIN)
        except NoWorkerError:
            return False
        return True

    async def letter_is_ready(self, company_id: str) -> bool:
        """Ask for the letter of the stored data; False when it is not ready yet and must be asked for again.

        However often it is asked it is one update, which the server knows by its id: of the data as they were stored
        that time. Raises RefusedError when no letter can be made of them.
        """
        stored = await asyncio.to_thread(self._objects.get, representative_key(company_id))
        if stored is None:
            return False
        sha256 = hashlib.sha256(stored.data).hexdigest()
        known_by = f"letter-{sha256[:16]}-{stored.stored_at:%Y%m%d%H%M%S}"
        message = SubmitRepresentative(sha256=sha256, by=BY)
        try:
            await self._activations.update(
                company_id, "submit_representative", message, within=DONE_WITHIN, known_by=known_by
            )
        except NoWorkerError:
            return False
        return True

    async def letter(self, company_id: str) -> bytes:
        """Return the PDF of the letter that waits for a signature; raises NotAllowedNowError when there is none."""
        return await self._activations.letter(company_id)

    async def attach(self, company_id: str, files: Sequence[bytes], *, answered: bool) -> str:
        """Store a signed letter, have it checked, and return its upload id; its verdict stands in the facts later.

        Without an answer in time the upload is signalled: an update that no worker has taken lives in the server's
        memory only, a signal is kept. The case knows the two as one by their id. `answered` tells whether a worker
        has just answered for the case; without one there is no use in waiting again.
        """
        upload_id = await self._activations.store_upload(company_id, files)
        if answered:
            with contextlib.suppress(NoWorkerError):
                message = AttachLetter(upload_id=upload_id, by=BY)
                await self._activations.update(company_id, "attach_letter", message, within=DONE_WITHIN)
                return upload_id
        signal = LetterUploaded(upload_id=upload_id, by=BY)
        await self._activations.signal(company_id, "letter_uploaded", signal)
        return upload_id

    async def was_uploaded(self, company_id: str, upload_id: str) -> bool:
        """Tell whether the company sent a file under this id."""
        found = await asyncio.to_thread(self._objects.get, inbox_key(company_id, upload_id), 0)
        return found is not None

    async def conversion(self, company_id: str, upload_id: str) -> Conversion | None:
        """Return what was made of an upload that has been judged, or None where it was kept as it came."""
        return await asyncio.to_thread(uploads.conversion, self._objects, company_id, upload_id)

    async def flattened(self, company_id: str, upload_id: str) -> bytes | None:
        """Return the pictures of a signed letter's pages, which are safe to show."""
        stored = await asyncio.to_thread(self._objects.get, flattened_letter_key(company_id, upload_id))
        if stored is None:
            stored = await asyncio.to_thread(self._flattened_before, company_id, upload_id)
        return None if stored is None else stored.data

    def _flattened_before(self, company_id: str, upload_id: str) -> S3Object | None:
        """Return the pictures from where they lay before, unless an upload of that name lies there itself."""
        if self._objects.get(verdict_key(company_id, f"{upload_id}-flat"), 0) is not None:
            return None
        return self._objects.get(old_flattened_letter_key(company_id, upload_id))

    async def delete_letter(self, company_id: str) -> None:
        """Take the attached letter away; the loan's dates stay."""
        await self._activations.update(company_id, "delete_letter", DeleteLetter(by=BY), within=DONE_WITHIN)

    async def continue_to_test_set(self, company_id: str) -> None:
        """Finish step 2; raises NotAllowedNowError when it is not finished."""
        message = ContinueToTestSet(by=BY)
        await self._activations.update(company_id, "continue_to_test_set", message, within=DONE_WITHIN)
