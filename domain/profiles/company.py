"""The company whose certificate is activated, as the billing backend describes it."""

from enum import StrEnum

from domain.contract import CompanyId
from domain.model import Model
from domain.profiles.nit import Nit
from domain.profiles.phone import Phone
from domain.profiles.text import Address, Label, LegalName, MailAddress


class PersonType(StrEnum):
    """How the company exists: as a legal person, or as a merchant in their own name."""

    JURIDICA = "juridica"
    NATURAL = "natural"


class Company(Model):
    """What is known of a company. A natural person's NIT is that person's identity number."""

    company_id: CompanyId
    legal_name: LegalName
    nit: Nit
    person_type: PersonType
    city: Label
    address: Address
    email: MailAddress
    phone: Phone | None = None
    plan: Label | None = None
