"""Why data are exported or erased, in words that may stay on record after the data are gone."""

import json
from typing import Any, Final

from pydantic import ValidationError

from adapters.directory.words import folded
from adapters.given_files import WrongInputError
from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions
from deploy.habeas_data.letters_on_record import erasure
from domain.bucket import PROFILES
from domain.kinds import COMPANY, REPRESENTATIVE
from domain.messages.models import ActivationClosed

SAY: Final = 'say the number of the request, as in "PQR 2026-118"'
LEAST_LETTERS: Final = 4
"""Of a word that could name somebody."""
_NAMING: Final = ("legal_name", "nit", "email", "phone", "address", "full_name", "document_number")


def checked_reason(objects: S3Objects, store: S3Versions, company_id: str, reason: str) -> str:
    """Return the reason without numbers and addresses; raises WrongInputError where it names company or person.

    It is compared with all versions of their data. Where those are gone already, the reason of the erasure that removed
    them stands: nobody could tell any more whom another one names.
    """
    try:
        said = ActivationClosed(by="operator", reason=reason).reason
    except ValidationError:
        raise WrongInputError(f"--reason: {SAY}") from None
    versions = (
        each for kind in (COMPANY, REPRESENTATIVE) for each in store.below(f"{PROFILES}{company_id}/{kind.name}")
    )
    profiles = [store.get(each) for each in versions]
    before = erasure(objects, company_id)
    if before is not None and not any(profiles):
        return before.reason
    typed = folded(reason)
    if any(word in typed for profile in profiles for word in _words(profile)):
        raise WrongInputError(
            f"--reason: holds a word of the company's or the representative's data, and it stays on record; {SAY}"
        )
    return said


def _words(profile: bytes | None) -> list[str]:
    try:
        values: Any = json.loads(profile or b"{}")
    except ValueError:
        return []
    texts = [folded(str(values.get(name) or "")) for name in _NAMING] if isinstance(values, dict) else []
    return [word for text in texts for word in text.split() if len(word) >= LEAST_LETTERS]
