"""Valid values, of which a test changes one thing. Nobody here exists."""

from datetime import date

from domain.letter.content import Lender, LetterContent, folio_for
from domain.profiles.company import Company
from domain.profiles.representative import Representative

ISSUED_ON = date(2026, 11, 24)

COMPANY = {
    "company_id": "C1001",
    "legal_name": "Panadería Ñáñez & Güiza S.A.S.",
    "nit": "900373115-3",
    "person_type": "juridica",
    "city": "Bogotá D.C.",
    "address": "Carrera 7 # 32-16, oficina 401",
    "email": "contacto@panaderia.example.co",
}

REPRESENTATIVE = {
    "full_name": "María Ángela Peñaranda Muñoz",
    "document_type": "CC",
    "document_number": "52345678",
    "document_city": "Bogotá D.C.",
    "role": "Gerente",
    "email": "maria@panaderia.example.co",
    "phone": "+57 300 123 4567",
}

LENDER = {
    "name": "Contable Ejemplo S.A.S.",
    "nit": "860034313-7",
    "data_protection_mail": "datos@contable.example.co",
    "policy_url": "https://contable.example.co/datos",
}


def company(**changes: object) -> Company:
    return Company.model_validate(COMPANY | changes)


def representative(**changes: object) -> Representative:
    return Representative.model_validate(REPRESENTATIVE | changes)


def lender(**changes: object) -> Lender:
    return Lender.model_validate(LENDER | changes)


def letter(**changes: object) -> LetterContent:
    """Return a letter's content; fields of the company and the representative are given as two mappings."""
    parts = {
        "company": company(**changes.pop("company", {})),
        "representative": representative(**changes.pop("representative", {})),
        "lender": lender(),
        "folio": folio_for("C1001", 1, ISSUED_ON, "a" * 64, "b" * 64),
        "issued_on": ISSUED_ON,
        "loan_days": 30,
    }
    return LetterContent(**(parts | changes))
