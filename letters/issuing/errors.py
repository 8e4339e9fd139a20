"""Why a letter could not be made, by the fields of LETTER.json. No text here repeats what somebody typed."""

from collections.abc import Mapping
from typing import Final

from domain.errors import LetterRefusedError

_SPANISH: Final[Mapping[str, str]] = {
    "company.legal_name": "la razón social",
    "company.address": "la dirección de la empresa",
    "company.city": "la ciudad de la empresa",
    "company.email": "el correo de la empresa",
    "representative.full_name": "los nombres y apellidos",
    "representative.document_number": "el número del documento",
    "representative.document_city": "la ciudad de expedición",
    "representative.role": "el cargo",
    "representative.email": "el correo del representante",
    "representative.phone": "el teléfono",
    "lender.name": "el nombre del prestador",
    "lender.data_protection_mail": "el correo de protección de datos",
    "lender.policy_url": "la dirección de la política de datos",
}


class LetterError(LetterRefusedError):
    """The letter can't be made of this content: some fields, and in English what to do about each of them."""

    def __init__(self, fields: tuple[str, ...], code: str, message: str, message_es: str) -> None:
        self.fields = fields
        self.messages = tuple(f"{field}: {message}" for field in fields)
        named = ", ".join(_SPANISH.get(field, field) for field in fields)
        others = "" if all(field.startswith("representative.") for field in fields) else _NOT_YOURS
        super().__init__("\n".join(self.messages), code, f"{message_es}: {named}.{others}")


_NOT_YOURS: Final = " Los datos que no son del representante los corrige nuestro equipo de soporte."


class LetterTextTooLongError(LetterError):
    """What was typed does not fit its place, even wrapped. It is not shrunk until nobody can read it."""

    def __init__(self, *fields: str) -> None:
        super().__init__(
            fields,
            "text_too_long",
            "is too long for the letter beside the rest; shorten it",
            "No cabe en la carta. Escribe más corto",
        )


class LetterCharacterError(LetterError):
    """The letter's font has no glyph for a character."""

    def __init__(self, *fields: str) -> None:
        super().__init__(
            fields,
            "character_not_printable",
            "has a character that the letter can't print; type it in Latin letters",
            "La carta no puede imprimir un carácter. Escribe con letras latinas",
        )
