"""The company whose certificate is activated, as the billing backend describes it."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from domain.contract import CompanyId
from domain.model import Model
from domain.nit import Nit
from domain.text import Mail, Name, ShortText


class PersonType(StrEnum):
    """How the company exists: as a legal person, or as a merchant in their own name."""

    JURIDICA = "juridica"
    NATURAL = "natural"


def _phone(text: str) -> str:
    phone = " ".join(text.split())
    if not re.fullmatch(r"\+?[0-9 ().-]{7,30}", phone, re.ASCII) or sum(map(str.isdigit, phone)) < 7:  # noqa: PLR2004
        raise PydanticCustomError("phone", "is not a phone number of at least 7 digits")
    return phone


Phone = Annotated[str, AfterValidator(_phone)]


class Company(Model):
    """What is known of a company. A natural person's NIT is that person's identity number."""

    company_id: CompanyId
    legal_name: Name
    nit: Nit
    person_type: PersonType
    city: ShortText
    address: Name
    email: Mail
    phone: Phone | None = None
    plan: ShortText | None = None
