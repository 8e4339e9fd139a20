"""Identity documents of Colombia: which ones a legal representative may sign with, and what their numbers look like.

The number formats are customary, not law: an unusual number is a warning for a person to look at, never a refusal.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from domain.profiles.document_number import document_number, label_of, without_label
from domain.profiles.text import TYPED


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


def _abbreviation(value: object) -> object:
    if not isinstance(value, str):
        return value
    return label_of(value) or value.strip().upper()


def _of_an_adult(kind: DocumentType) -> DocumentType:
    if kind in OF_MINORS:
        raise PydanticCustomError("document_of_a_minor", "belongs to a person under 18, who can't sign for a company")
    return kind


def _number(text: str, info: ValidationInfo) -> str:
    if info.context == TYPED:
        text = without_label(text, info.data.get("document_type"))
    return document_number(text)


SigningDocumentType = Annotated[DocumentType, BeforeValidator(_abbreviation), AfterValidator(_of_an_adult)]
DocumentNumber = Annotated[str, AfterValidator(_number)]
"""Without what separates thousands, and without the document's type; it is read after `document_type`."""
