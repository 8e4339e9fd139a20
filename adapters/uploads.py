"""Uploads on their way to a case: files in the inbox, and what was made of them."""

import uuid
from collections.abc import Sequence

from pydantic import BaseModel

from adapters.s3 import S3Objects
from domain.bucket import inbox_key, inbox_part_key, verdict_key
from domain.letter.examination import Conversion
from domain.letter.file_kind import FileKind, kind_of
from domain.model import as_known_json


class _Verdict(BaseModel):
    """What is read here of a verdict on record."""

    converted: Conversion | None = None


def store(objects: S3Objects, company_id: str, files: Sequence[bytes]) -> str:
    """Store a file, or photos in their order, and return the upload id; blocks.

    The first file is written last: where it lies, the others do.
    """
    upload_id = uuid.uuid4().hex
    for part in range(len(files), 0, -1):
        data = files[part - 1]
        key = inbox_key(company_id, upload_id) if part == 1 else inbox_part_key(company_id, upload_id, part)
        objects.put(key, data, (kind_of(data) or FileKind.PDF).value)
    return upload_id


def conversion(objects: S3Objects, company_id: str, upload_id: str) -> Conversion | None:
    """Return what was made of an upload that has been judged, or None where it was kept as it came; blocks."""
    found = objects.get(verdict_key(company_id, upload_id))
    return None if found is None else as_known_json(_Verdict, found.data).converted
