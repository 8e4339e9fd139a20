"""The letter as data: what it says, its folio, and the digest that its codes carry.

The digest is of the content and not of the PDF, because a PDF can't print its own hash.
"""

import hashlib
from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, AnyHttpUrl, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from domain.model import Model, canonical_sha256
from domain.profiles.company import Company
from domain.profiles.nit import Nit
from domain.profiles.representative import Representative
from domain.profiles.text import LegalName, MailAddress

TEMPLATE_VERSION: Final = "2026-1"
"""Goes up with every change of wording or layout: a letter is compared with the template it was issued from."""

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without the letters that people confuse; all of it is in a QR code's compact character set."""

FOLIO_PATTERN: Final = r"^AC(-[0-9A-HJKMNP-TV-Z]{4}){3}$"

URL_LENGTH: Final = 120
"""It stands in one clause of the letter."""

Folio = Annotated[str, StringConstraints(pattern=FOLIO_PATTERN)]


def _http_url(text: str) -> str:
    try:
        url = str(AnyHttpUrl(text)).rstrip("/")
    except ValidationError:
        raise PydanticCustomError("url", "is not a web address, as in https://example.com/policy") from None
    if len(url) > URL_LENGTH:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": URL_LENGTH})
    return url


HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Lender(Model):
    """The provider that lends its certificate, as the letter and the mails name it."""

    name: LegalName
    nit: Nit
    data_protection_mail: MailAddress
    policy_url: HttpUrl


class LetterContent(Model):
    """Everything one letter says. The same content gives the same PDF, byte for byte."""

    company: Company
    representative: Representative
    lender: Lender
    folio: Folio
    issued_on: date
    loan_days: Annotated[int, Field(ge=1, le=3660)]
    template_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{1,12}$")] = TEMPLATE_VERSION

    @property
    def sha256(self) -> str:
        """The digest of the content, which the codes on every page begin."""
        return canonical_sha256(self)


def folio_for(company_id: str, number: int, issued_on: date, company_sha256: str, representative_sha256: str) -> str:
    """Return the folio of a company's letter: the same arguments, the same folio.

    60 bits of a SHA-256: two letters of a million share one with a chance below one in a million.
    """
    source = "\n".join((company_id, str(number), issued_on.isoformat(), company_sha256, representative_sha256))
    bits = int.from_bytes(hashlib.sha256(source.encode()).digest()[:8], "big") >> 4
    characters = "".join(CROCKFORD[bits >> shift & 31] for shift in range(55, -1, -5))
    return f"AC-{characters[:4]}-{characters[4:8]}-{characters[8:]}"
