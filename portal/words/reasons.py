"""What a case says in English of a refused message or of what needs attention, in Spanish for support."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from mails import spanish

_WHOLE: Final = {
    r"reference (.+) is recorded with (.+) pesos, this message says (.+); send .+": (
        "La referencia {0} ya está registrada con {1:pesos} y este mensaje dice {2:pesos}. Envía otro pago con su "
        "propia referencia."
    ),
    r"payment below the total: (.+) of (.+) pesos under (.+); send .+": (
        "Se pagaron {0:pesos} de {1:pesos} con la referencia {2}. Confirma el pago con el valor completo cuando esté "
        "pago."
    ),
    r"payment (.+) while no certificate was on sale: .+": (
        "Llegó el pago {0} cuando no había un certificado por comprar: hay uno en trámite o vigente por mucho tiempo. "
        "Devuelve el dinero o registra el certificado que se compró."
    ),
    r"no certificate is in process; .+": (
        "No hay un certificado en trámite. Las observaciones son para una solicitud paga que siga abierta."
    ),
    r"valid_until: (.+) lies before valid_from (.+); .+": (
        "El último día ({0:day}) es anterior al primero ({1:day}). Revisa las dos fechas."
    ),
    r"valid_until: (.+) has passed; .+": "El último día ({0:day}) ya pasó. Registra un certificado vigente.",
    r"serial (.+) is registered as valid (.+) to (.+), this message says (.+) to (.+); .+": (
        "El serial {0} está registrado del {1:day} al {2:day} y este mensaje dice del {3:day} al {4:day}. Revisa el "
        "serial, o corrige las fechas desde soporte."
    ),
    r"step 2 is not finished: .+": "El paso 2 no está terminado: falta la carta firmada o el pago.",
    r"no loan is active; .+": "No hay un préstamo activo que se pueda retirar.",
    r"notice: (.+) would not be true today; .+": "El correo {0} hoy no sería cierto. Mira en el caso qué corresponde.",
    r"event: (.+) is no event of this case that can be sent again; .+": (
        "El evento {0} no es de este caso o ya no se puede reenviar. Mira los eventos del caso."
    ),
    r"no letter has been issued yet; .+": "Todavía no hay carta. Primero van los datos del representante legal.",
    r"no letter waits for a review": "No hay una carta que espere revisión.",
    r"the letter was already decided: (.+); .+": "Sobre esa carta ya se decidió ({0}). Se puede adjuntar otra.",
    r"upload_id: (.+) is not a letter of this case; .+": "La carta {0} no es de este caso.",
    r"upload_id: (.+) does not wait for a review; .+": "La carta {0} no espera revisión.",
    r"(.+) steps of this case already wait for a server; .+": (
        "Este caso ya tiene {0} pasos que esperan a un servidor. Envíalo de nuevo cuando terminen."
    ),
    r"a signed letter waits for letter_reviewed: .+": "Mira la carta y decide si se acepta.",
    r"the letter can't be issued from the stored data: (.+); .+": (
        "Con los datos guardados no se puede hacer la carta ({0}). El representante debe enviarlos de nuevo."
    ),
    r"stored data not valid at (.+); .+": "Los datos guardados no sirven: {0}. Corrígelos.",
    r"sha256: no stored data with this digest; .+": "Los datos guardados no están. Envíalos de nuevo.",
    r"no representative was named": "No hay datos del representante legal.",
    r"the mail server refused every address for (.+); .+": (
        "El servidor de correo rechazó todas las direcciones para {0}. Corrige el correo."
    ),
    r"the address of the company does not take (.+); .+": (
        "La dirección de la empresa no recibe el correo {0}. Corrige el correo de la empresa."
    ),
    r"the address of the representative does not take (.+); .+": (
        "La dirección del representante legal no recibe el correo {0}. Debe corregirla y descargar la carta de nuevo."
    ),
    r"the loan ended before the company's own certificate signs; .+": (
        "El préstamo terminó y el certificado propio todavía no firma. Mira la solicitud y las fechas del certificado."
    ),
    r"the billing backend answered 410 .+": (
        "Facturación contestó 410 y no recibe más eventos. Reenvía uno cuando los quiera otra vez."
    ),
    r"(.+) (.+) was not taken for three days, last (.+); .+": (
        "Facturación no recibió {0} ({1}) en tres días; lo último fue {2}. Reenvíalo."
    ),
    r"the case can't be opened, (.+); .+": "El caso no se pudo abrir ({0}). Se intenta de nuevo.",
    r"a reminder keeps failing with (.+); .+": "Un recordatorio falla con {0}. Se intenta de nuevo.",
    r"(.+) keeps failing with (.+); .+": "El paso {0} falla con {1}. Se intenta de nuevo.",
}
_PARTS: Final = {
    r"unknown (?:signal|update) '(.+)', did you mean (.+)\?": "No existe un mensaje «{0}». ¿Querías decir {1}?",
    r"unknown (?:signal|update) '(.*)'": "No existe un mensaje «{0}».",
    r"known: (.+)": "Los que existen: {0}.",
    r"fields: (.+)": "Sus datos son: {0}.",
    r"and (.+) more": "Y {0} más.",
    r"expected one JSON object, got (.+) arguments": "Debe llevar un solo objeto JSON y llevaba {0}.",
    r"expected encoding json/plain, got (.+)": "Debe venir en json/plain y vino en {0}.",
    r"the JSON can't be read|.+: Invalid JSON: .+": "El JSON no se puede leer.",
    r"(.+): Field required": "Falta «{0}».",
    r"(.+): Extra inputs are not permitted": "«{0}» no es un dato de este mensaje; revisa cómo está escrito.",
    r"(.+): Input should be a valid integer.*": "«{0}» debe ser un número entero, sin decimales ni comillas.",
    r"(.+): Input should be a valid string.*": "«{0}» debe ser un texto.",
    r"(.+): Input should be greater than or equal to (.+)": "«{0}» debe ser {1} o más.",
    r"(.+): Input should be less than or equal to (.+)": "«{0}» debe ser {1} o menos.",
    r"(.+): Input should be an object|(?:.+): .*valid dictionary.*": "Debe ser un objeto JSON.",
    r"(.+): Input should be (.+)": "«{0}» debe ser {1}.",
    r"(.+): String should have at least 1 character": "«{0}» está vacío.",
    r"(.+): String should have at most (.+) characters": "«{0}» tiene más de {1} caracteres.",
    r"(.+): String should match pattern .*": "«{0}» no tiene la forma que debe tener.",
    r"(.+): expected a date such as .*": "«{0}» debe ser una fecha como 2027-01-31.",
    r"(.+): expected a year from (.+) to (.+)": "«{0}» debe ser de un año entre {1} y {2}.",
    r"(.+): has a character that can't be used: (U\+[0-9A-F]+)[^,]*, at position (\d+)": (
        "«{0}» tiene un carácter que no se puede usar ({1}), en la posición {2}."
    ),
    r"(.+): control characters are not allowed": "«{0}» tiene caracteres que no se ven.",
}
_SPELLED: Final[dict[str, Callable[[str], str]]] = {
    "pesos": lambda text: spanish.pesos(int(text)),
    "day": lambda text: spanish.day(date.fromisoformat(text)),
}
_SMALL_WORDS: Final = {" (optional)": " (opcional)", " or ": " o "}


class _Value(str):
    """A part of a case's text; `{:pesos}` and `{:day}` spell it out where it is one."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        try:
            return _SPELLED[spec](self) if spec else str(self)
        except ValueError:
            return str(self)


def in_spanish(text: str) -> str | None:
    """Return a case's text in Spanish, or None when a part of it is not known here."""
    rejected = re.fullmatch(r"(?:\w+|'.*') was rejected: (.+)", text)
    text = rejected[1] if rejected else text
    whole = _found(_WHOLE, text)
    if whole is not None:
        return whole
    parts = text.split("; ")
    known = [found for part in parts if (found := _found(_PARTS, part)) is not None]
    # A long reason is cut where it is quoted: its last part may be a stump.
    return " ".join(known) if known and len(known) >= len(parts) - bool(rejected) else None


def _found(table: dict[str, str], text: str) -> str | None:
    for pattern, words in table.items():
        if match := re.fullmatch(pattern, text):
            filled = words.format(*(_Value(group or "") for group in match.groups()))
            for english, spanish in _SMALL_WORDS.items():
                filled = filled.replace(english, spanish)
            return filled
    return None
