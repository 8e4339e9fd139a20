"""What to do about a field that is missing or wrong, in English for commands and in Spanish for the page."""

from typing import Final

_ENGLISH: Final = {
    "missing": "is missing; give it",
    "unknown_field": "is not a field; the fields are {fields}",
    "not_text": "must be a text in quotes",
    "too_long": "is too long; shorten it to {max_length} characters",
    "forbidden_characters": "has a character that can't be used: {character}, at position {position}; take it out or "
    "write it in Latin letters",
    "address_within": "has an address of the internet or of mail; take it out, or write a space after the point",
    "broken_text": "has half a character: it was cut or is in another encoding; type it again",
    "document_of_a_minor": "is of a person under 18, who can't sign for a company; give CC, CE, PA, PEP or PPT",
    "document_number": "must be the number alone: 2 to 20 letters and digits, without words or signs",
    "document_type_differs": "begins with {named}, and document_type is another; correct one of the two",
    "phone": "must be one phone number, or two with / between them; an extension as in 601 555 0101 ext. 12",
    "phone_letters": "has letters that belong to no phone number; an extension as in 601 555 0101 ext. 12",
    "phone_short": "has fewer than 7 digits; give the whole number",
    "phone_long": "has more than 15 digits, which no phone number has; put / between two numbers",
    "phone_several": "is more than two phone numbers; keep two at most",
    "unknown_choice": "must be one of {choices}",
    "nit": "must be the digits, a hyphen and the check digit, as in 900373115-3",
    "nit_check_digit": "check digit is {given}, expected {expected}; copy the whole NIT from the RUT",
    "mail": "must be a mail address, as in ana@example.com",
    "url": "must be a web address, as in https://example.com/policy",
    "not_an_object": "the data must be one JSON object",
    "wrong_format": "has the wrong format",
}

_ENGLISH_BY_FIELD: Final = {
    (
        "legal_name",
        "address_within",
    ): "has an address of the internet or of mail; take it out. Where the RUT has one "
    "in the name, as in Café.com S.A.S., give the legal form with it",
    (
        "company_id",
        "wrong_format",
    ): "must be 1 to 64 letters, digits, hyphens and underscores, not beginning with a sign",
    ("folio", "wrong_format"): "must be as AC-0000-0000-0000, without I, L, O and U",
    (
        "consent.obtained_at",
        "wrong_format",
    ): "must be a date as 2027-01-31 or an instant with its offset, 2027-01-31T10:00:00-05:00",
    ("consent.obtained_at", "lies_ahead"): "lies in the future; give the instant at which the consent was obtained",
    ("consent", "text_changed"): "is to another text than today's; read that and give it again",
    ("consent.text_version", "wrong_format"): "must be 1 to 40 letters, digits, points, hyphens and underscores",
    ("issued_on", "wrong_format"): "must be a date as 2026-11-24",
    ("loan_days", "wrong_format"): "must be a whole number of days from 1 to 3660",
    ("amount_cop", "wrong_format"): "must be whole pesos as a number, from 1 to 1000000000000",
    (
        "paid_at",
        "wrong_format",
    ): "must be a date as 2027-01-31 or an instant with its offset, 2027-01-31T10:00:00-05:00",
}

_CHOICES: Final = {"person_type": "juridica, natural", "document_type": "CC, CE, PA, PEP, PPT"}

_SPANISH: Final = {
    ("full_name", "missing"): "Escribe los nombres y apellidos del representante legal.",
    ("document_type", "missing"): "Elige el tipo de documento.",
    ("document_type", "unknown_choice"): "Elige uno de la lista: CC, CE, PA, PEP o PPT.",
    ("document_number", "missing"): "Escribe el número del documento.",
    ("document_city", "missing"): "Escribe la ciudad donde se expidió el documento.",
    ("role", "missing"): "Escribe el cargo, por ejemplo «Gerente».",
    ("email", "missing"): "Escribe el correo electrónico.",
    ("phone", "missing"): "Escribe el teléfono.",
    ("consent", "missing"): "Marca la casilla para autorizar el tratamiento de los datos. Sin la autorización no "
    "guardamos nada.",
    ("consent.obtained_at", "lies_ahead"): "Es una fecha futura. Escribe cuándo se obtuvo la autorización.",
    ("consent", "text_changed"): "El texto de la autorización cambió. Léelo y marca la casilla de nuevo.",
    ("legal_name", "missing"): "Escribe la razón social como está en el RUT.",
    ("legal_name", "address_within"): "Tiene una dirección de internet o de correo. Bórrala. Si es parte del nombre, "
    "como en Café.com S.A.S., escribe también el tipo de sociedad.",
    ("nit", "missing"): "Escribe el NIT con su dígito de verificación.",
    ("person_type", "missing"): "Elige si es persona jurídica o natural.",
    ("person_type", "unknown_choice"): "Elige persona jurídica o natural.",
    ("city", "missing"): "Escribe la ciudad.",
    ("address", "missing"): "Escribe la dirección.",
    ("company_id", "wrong_format"): "Usa de 1 a 64 letras, números, guiones y rayas al piso.",
}

_SPANISH_BY_CODE: Final = {
    "missing": "Falta este dato.",
    "unknown_field": "Este campo no existe.",
    "not_text": "Escribe este dato como texto.",
    "too_long": "Es demasiado largo: acórtalo a {max_length} caracteres.",
    "forbidden_characters": "Tiene un carácter que no se puede usar: {shown}, en la posición {position}. Bórralo o "
    "escríbelo con letras latinas.",
    "address_within": "Tiene una dirección de internet o de correo. Bórrala, o deja un espacio después del punto.",
    "broken_text": "Tiene un carácter incompleto. Escribe el dato de nuevo.",
    "document_of_a_minor": "Con TI o registro civil no se puede firmar por una empresa: son de menores de edad. "
    "Elige CC, CE, PA, PEP o PPT.",
    "document_number": "Escribe solo el número del documento: de 2 a 20 letras y números, sin palabras ni signos.",
    "document_type_differs": "El número empieza por {named} y el tipo de documento elegido es otro. Corrige el tipo, o "
    "deja solo el número.",
    "phone": "Escribe un teléfono, o dos separados por /. La extensión va así: 601 555 0101 ext. 12.",
    "phone_letters": "Tiene letras que no son de un teléfono. La extensión va así: 601 555 0101 ext. 12.",
    "phone_short": "Tiene menos de 7 dígitos. Escribe el teléfono completo.",
    "phone_long": "Tiene más de 15 dígitos, más de los que tiene un teléfono. Si son dos, sepáralos con /.",
    "phone_several": "Son más de dos teléfonos. Deja uno, o dos separados por /.",
    "unknown_choice": "Elige uno de la lista.",
    "nit": "Escribe los dígitos, un guion y el dígito de verificación, como 900373115-3.",
    "nit_check_digit": "El dígito de verificación es {given} y debería ser {expected}. Copia el NIT completo del RUT.",
    "mail": "Escribe un correo completo, como ana@ejemplo.com.",
    "url": "Escribe una dirección web completa, como https://ejemplo.com/datos.",
    "not_an_object": "Los datos no se pudieron leer.",
    "wrong_format": "No tiene la forma esperada.",
}


def english(field: str, code: str, **facts: object) -> str:
    """Return the message for the command line; `facts` are the `fields` that there are, a limit and the like."""
    choices = _CHOICES.get(field, "the list")
    text = (_ENGLISH_BY_FIELD.get((field, code)) or _ENGLISH[code]).format_map({"choices": choices, **facts})
    return f"{field}: {text}" if field else text


def spanish(field: str, code: str, **facts: object) -> str:
    """Return the message for the page, to stand at the field."""
    return (_SPANISH.get((field, code)) or _SPANISH_BY_CODE[code]).format_map(facts)
