"""Identity documents of Colombia: which ones a legal representative may sign with, and what their numbers look like.

The number formats are customary, not law: an unusual number is a warning for a person to look at, never a refusal.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError


class DocumentType(StrEnum):
    """The documents by the abbreviation that the DIAN's and the registers' forms use."""

    CC = "CC"
    CE = "CE"
    PA = "PA"
    PEP = "PEP"
    PPT = "PPT"
    TI = "TI"
    RC = "RC"


SPANISH_NAMES: Final = {
    DocumentType.CC: "cédula de ciudadanía",
    DocumentType.CE: "cédula de extranjería",
    DocumentType.PA: "pasaporte",
    DocumentType.PEP: "permiso especial de permanencia",
    DocumentType.PPT: "permiso por protección temporal",
    DocumentType.TI: "tarjeta de identidad",
    DocumentType.RC: "registro civil",
}

OF_MINORS: Final = frozenset({DocumentType.TI, DocumentType.RC})
"""Held by people under 18, who can't sign for a company."""

_USUAL_NUMBERS: Final = {
    DocumentType.CC: r"\d{3,10}",
    DocumentType.CE: r"\d{6,7}",
    DocumentType.PA: r"[A-Z0-9]{5,16}",
    DocumentType.PEP: r"\d{15}",
    DocumentType.PPT: r"\d{6,8}",
}


def is_usual_number(kind: DocumentType, number: str) -> bool:
    """Tell whether a number looks like those of its kind of document."""
    return re.fullmatch(_USUAL_NUMBERS.get(kind, ".*"), number, re.ASCII) is not None


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _of_an_adult(kind: DocumentType) -> DocumentType:
    if kind in OF_MINORS:
        raise PydanticCustomError("document_of_a_minor", "belongs to a person under 18, who can't sign for a company")
    return kind


def _compact(text: str) -> str:
    number = re.sub(r"[.\s]", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{1,19}", number, re.ASCII):
        raise PydanticCustomError("document_number", "is not 2 to 20 letters and digits")
    return number


SigningDocumentType = Annotated[DocumentType, BeforeValidator(_upper), AfterValidator(_of_an_adult)]
DocumentNumber = Annotated[str, AfterValidator(_compact)]
"""Without the points and spaces that separate thousands."""
