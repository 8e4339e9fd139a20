"""Why data are exported or erased, in words that may stay on record after the data are gone."""

import json
from typing import Any, Final

from pydantic import ValidationError

from adapters.given_files import WrongInputError
from adapters.s3 import S3Objects
from domain.bucket import company_key, representative_key
from domain.messages.models import ActivationClosed

LEAST_LETTERS: Final = 4
"""Of a word that could name somebody."""
_NAMING: Final = ("legal_name", "nit", "email", "phone", "full_name", "document_number")


def checked_reason(objects: S3Objects, company_id: str, reason: str) -> str:
    """Return the reason without numbers and addresses; raises WrongInputError where it names company or person."""
    try:
        said = ActivationClosed(by="operator", reason=reason).reason
    except ValidationError as error:
        raise WrongInputError(f"--reason: {error.errors()[0]['msg']}") from None
    words = {word for key in (company_key(company_id), representative_key(company_id)) for word in _words(objects, key)}
    if any(word in reason.casefold() for word in words):
        raise WrongInputError(
            "--reason: holds a word of the company's or the representative's data, and it stays on record; "
            'say the number of the request, as in "PQR 2026-118"'
        )
    return said


def _words(objects: S3Objects, key: str) -> list[str]:
    found = objects.get(key)
    values: Any = {} if found is None else json.loads(found.data)
    texts = [str(values.get(name) or "").casefold() for name in _NAMING]
    return [word for text in texts for word in text.split() if len(word) >= LEAST_LETTERS]
