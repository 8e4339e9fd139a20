"""What a case says by a code of a refused message or of what needs attention, in Spanish for support."""

from collections.abc import Mapping
from typing import Any, Final

from domain.messages.models import SIGNALS, UPDATES
from portal.words.spelling import filled

SPANISH: Final[Mapping[str, str]] = {
    # A message that does not fit the case
    "certificate_past": "El último día ({valid_until:day}) ya pasó. Registra un certificado vigente.",
    "certificate_unknown": "El serial {serial} no es de un certificado de este caso. Mira los certificados del caso.",
    "dates_reversed": "El último día ({valid_until:day}) es anterior al primero ({valid_from:day}). Revisa las dos "
    "fechas.",
    "earlier_rules": "Este caso sigue las reglas de una versión anterior, que no conocen este mensaje. Cierra el caso, "
    "ábrelo otra vez y envíalo de nuevo.",
    "event_unknown": "El evento {event} no es de este caso o ya no se puede reenviar. Mira los eventos del caso.",
    "no_letter": "Todavía no hay carta. Primero van los datos del representante legal.",
    "no_loan": "No hay un préstamo activo que se pueda retirar.",
    "no_request": "No hay un certificado en trámite. Las observaciones son para una solicitud paga que siga abierta.",
    "no_review": "No hay una carta que espere revisión.",
    "notice_untrue": "El correo {notice:notice} hoy no sería cierto. Mira en el caso qué corresponde.",
    "payment_recorded": "La referencia {reference} ya está registrada con {recorded_cop:pesos} y este mensaje dice "
    "{amount_cop:pesos}. Envía otro pago con su propia referencia.",
    "review_decided": "Sobre esa carta ya se decidió ({decision:decision}). Se puede adjuntar otra.",
    "serial_recorded": "El serial {serial} está registrado del {recorded_from:day} al {recorded_until:day} y este "
    "mensaje dice del {valid_from:day} al {valid_until:day}. Revisa el serial, o corrige las fechas desde soporte.",
    "support_only": "Solo soporte puede enviar este mensaje.",
    "step_unfinished": "El paso 2 no está terminado: falta la carta firmada o el pago.",
    "term_too_long": "Del {valid_from:day} al {valid_until:day} es más de lo que dura un certificado. Revisa las dos "
    "fechas.",
    "too_much_owed": "Este caso ya tiene {count} pasos que esperan a un servidor. Envíalo de nuevo cuando terminen.",
    "upload_not_reviewed": "La carta {upload_id} no espera revisión.",
    "upload_unknown": "La carta {upload_id} no es de este caso.",
    # Stored data that can't be used
    "company_invalid": "Los datos guardados de la empresa no sirven: {fields}. Corrígelos y envíalos de nuevo.",
    "company_missing": "Los datos guardados de la empresa no están. Envíalos de nuevo.",
    "company_of_another": "Los datos guardados son de otra empresa. Envía los de esta.",
    "acceptance_unusable": "La evidencia de la primera carta aceptada, en {key}, no se puede leer. Restáurala de las "
    "versiones del depósito, cierra el caso y ábrelo otra vez.",
    "archive_unusable": "Del archivo del caso, en {key}, no se puede usar: {fields}. Compáralo con las versiones del "
    "depósito, cierra el caso y ábrelo otra vez.",
    "revocation_unusable": "La evidencia de que el préstamo se retiró, en {key}, no se puede leer. Restáurala de las "
    "versiones del depósito, cierra el caso y ábrelo otra vez.",
    "nit_locked": "El NIT ya no se puede cambiar: el set de pruebas, el paso 3, está hecho. Para otro NIT se empieza "
    "otra activación.",
    "policy_invalid": "Los ajustes con que empezó el caso no sirven: {fields}. Se usan los del trabajador; para "
    "corregirlos, cierra el caso y ábrelo otra vez.",
    "profile_invalid": "Los datos guardados no sirven: {fields}. Corrígelos.",
    "profile_missing": "Los datos guardados no están. Envíalos de nuevo.",
    "representative_missing": "No hay datos del representante legal.",
    # What a person should look at
    "address_of_company": "La dirección de la empresa no recibe el correo {what:notice}. Corrige el correo de la "
    "empresa.",
    "address_of_representative": "La dirección del representante legal no recibe el correo {what:notice}. Debe "
    "corregirla y descargar la carta de nuevo.",
    "case_unopened": "El caso no se pudo abrir ({error}). Se intenta de nuevo.",
    "every_address_refused": "El servidor de correo rechazó todas las direcciones para {what:notice}. Corrige el "
    "correo.",
    "job_failing": "El paso {job} falla con {error}. Se intenta de nuevo.",
    "letter_not_issued": "Con los datos guardados no se puede hacer la carta ({codes}). El representante debe "
    "enviarlos de nuevo.",
    "letter_waits": "Mira la carta y decide si se acepta.",
    "loan_over": "El préstamo terminó y el certificado propio todavía no firma. Mira la solicitud y las fechas del "
    "certificado.",
    "nothing_signs": "Terminó aquello con lo que la empresa firmaba, y el certificado que compró todavía no firma. "
    "Mira la solicitud y las fechas del certificado.",
    "payment_short": "Se pagaron {amount_cop:pesos} de {total_cop:pesos} con la referencia {reference}. Confirma el "
    "pago con el valor completo cuando esté pago.",
    "payment_too_large": "El pago {reference} es de {amount_cop:pesos} y el total es de {total_cop:pesos}. Cuenta como "
    "pago, pero revisa si sobra una cifra o si hay que devolver dinero.",
    "payment_unexpected": "Llegó el pago {reference} cuando no había un certificado por comprar: hay uno en trámite o "
    "vigente por mucho tiempo. Devuelve el dinero o registra el certificado que se compró.",
    "request_late": "Un certificado pagado el {paid_on:day} no se ha emitido y ya pasó el tiempo que toma. "
    "Pregúntale a la entidad certificadora.",
    "reminder_failing": "Un recordatorio falla con {error}. Se intenta de nuevo.",
    "webhook_given_up": "Facturación no recibió {event_type} ({event}) en tres días; lo último fue {error}. Reenvíalo.",
    "webhooks_gone": "Facturación contestó 410 y no recibe más eventos. Reenvía uno cuando los quiera otra vez.",
    # What a caller hears at the door
    "batch_running": "Ya hay un lote en marcha. Espera a que termine o detenlo.",
    "letter_altered": "La carta en {key} no está o fue alterada. Mira las versiones del depósito.",
    "letter_of_no_use": "Con una carta ya no se consigue nada.",
    # A message that is not as it must be
    "arguments_wrong": "Debe llevar un solo objeto JSON y llevaba {count}.",
    "encoding_wrong": "Debe venir en json/plain y vino en {encoding}.",
    "fields_wrong": "",
    "json_unreadable": "El JSON no se puede leer.",
    "message_unknown": "No existe un mensaje «{name}».",
}
"""By the codes of `domain.remarks` and `domain.messages.parsing`."""

PROBLEMS: Final[Mapping[str, str]] = {
    "day": "«{field}» debe ser una fecha como 2027-01-31.",
    "extra_forbidden": "«{field}» no es un dato de este mensaje; revisa cómo está escrito.",
    "forbidden_characters": "«{field}» tiene un carácter que no se puede usar ({character:code_point}), en la posición "
    "{position}.",
    "greater_than_equal": "«{field}» debe ser {ge} o más.",
    "int_type": "«{field}» debe ser un número entero, sin decimales ni comillas.",
    "json_invalid": "El JSON no se puede leer.",
    "less_than_equal": "«{field}» debe ser {le} o menos.",
    "missing": "Falta «{field}».",
    "model_type": "Debe ser un objeto JSON.",
    "string_pattern_mismatch": "«{field}» no tiene la forma que debe tener.",
    "string_too_long": "«{field}» tiene más de {max_length} caracteres.",
    "string_too_short": "«{field}» está vacío.",
    "string_type": "«{field}» debe ser un texto.",
    "year": "«{field}» debe ser de un año entre {first} y {last}.",
}
"""What is wrong with a field, by pydantic's type of the error or ours; another one says the form alone."""
_OTHER: Final = "«{field}» no tiene la forma que debe tener."


def in_spanish(code: str | None, values: Mapping[str, Any] | None) -> str | None:
    """Return what a code says of some values, or None when it is not known here, as in older cases."""
    values = values or {}
    sentence = filled(SPANISH[code], values) if code is not None and code in SPANISH else None
    if sentence is None:
        return None
    return " ".join(filter(None, (sentence, *_problems(values), _meant(code, values), _fields(values))))


def _problems(values: Mapping[str, Any]) -> list[str]:
    found = [_problem(each) for each in values.get("problems", ())]
    return [*found, f"Y {values['more']} más."] if values.get("more") else found


def _problem(problem: Mapping[str, Any]) -> str:
    if "choices" in problem:
        *others, last = (f"«{each}»" for each in problem["choices"])
        return f"«{problem['field']}» debe ser {', '.join(others)} o {last}."
    return filled(PROBLEMS.get(problem["code"], _OTHER), problem) or f"«{problem['field']}»"


def _meant(code: str | None, values: Mapping[str, Any]) -> str:
    if code != "message_unknown":
        return ""
    known = ", ".join(SIGNALS if values["kind"] == "signal" else UPDATES)
    meant = f"¿Querías decir {values['meant']}? " if values.get("meant") else ""
    return f"{meant}Los que existen: {known}."


def _fields(values: Mapping[str, Any]) -> str:
    """Return the fields that the message has, where it is one that there is."""
    model = {**SIGNALS, **UPDATES}.get(values.get("message", ""))
    if model is None:
        return ""
    by, *names = (name if field.is_required() else f"{name} (opcional)" for name, field in model.model_fields.items())
    return f"Sus datos son: {', '.join([*names, by])}."
