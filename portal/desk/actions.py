"""What support can do to a case: each action is one signal, with the fields it needs and a reason on record."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.contract import workflow_id
from domain.messages.models import SIGNALS, Message
from domain.model import Model
from domain.profiles import form_messages
from domain.profiles.company import Company
from domain.profiles.forms import FieldError, read_form
from domain.profiles.text import MAIL_LENGTH, MailAddress
from mails import spanish
from portal.cases.desk_facts import DeskFacts
from portal.words.spelling import NOTICES


class Kind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    MAIL = "email"
    CHOICE = "choice"
    LONG = "long"


@dataclass(frozen=True)
class Field:
    """One field of an action's form."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Action:
    """One thing to do. `fits` tells whether it makes sense in a case as it stands."""

    key: str
    title: str
    signal: str
    fields: tuple[Field, ...]
    fits: Callable[[DeskFacts], bool]
    warning: str = ""
    decides: bool = False
    """It is about the letter that was looked at, which goes along by its upload id."""

    @property
    def labels(self) -> dict[str, str]:
        """The label of each field, by its name."""
        return {field.name: field.label for field in self.fields}


class _Mail(Model):
    """The address that support corrects."""

    email: MailAddress


REASON: Final = Field(
    "reason",
    "Motivo",
    Kind.LONG,
    "Queda en la línea de tiempo. No escribas nombres de personas; los números de documento y los correos se ocultan.",
)
_NOTICE: Final = Field("notice", "Correo", Kind.CHOICE, choices={kind.value: name for kind, name in NOTICES.items()})

ACTIONS: Final[dict[str, Action]] = {
    each.key: each
    for each in (
        Action(
            "pago",
            "Confirmar un pago",
            "payment_confirmed",
            (
                Field("reference", "Referencia del pago", hint="Como en la factura: FV-77."),
                Field("amount_cop", "Valor pagado, en pesos", Kind.NUMBER, "El total con IVA, sin decimales: 297500."),
                REASON,
            ),
            lambda facts: facts.payment.purchase_offered or not facts.payment.paid,
        ),
        Action(
            "revision",
            "Decidir sobre la carta",
            "letter_reviewed",
            (
                Field("decision", "Decisión", Kind.CHOICE, choices={"accept": "Aceptar", "reject": "No aceptar"}),
                Field("reason", "Motivo", Kind.LONG, "Si no la aceptas, la empresa lee este texto en el correo."),
            ),
            lambda facts: facts.letter.under_review is not None,
            decides=True,
        ),
        Action(
            "certificado",
            "Registrar el certificado emitido",
            "certificate_issued",
            (
                Field("serial", "Número de serie"),
                Field("valid_from", "Primer día", Kind.DATE),
                Field("valid_until", "Último día", Kind.DATE),
                REASON,
            ),
            lambda facts: facts.closing is None,
        ),
        Action(
            "anulacion",
            "Anular un certificado registrado",
            "certificate_withdrawn",
            (Field("serial", "Número de serie", hint="Del certificado que se registró por error."), REASON),
            lambda facts: facts.certificate.serial is not None and facts.closing is None,
            "El caso sigue como si no se hubiera registrado: vuelven el préstamo y la solicitud de antes.",
        ),
        Action(
            "correo",
            "Corregir el correo y reenviar",
            "notice_requested",
            (Field("email", "Correo de la empresa", Kind.MAIL), _NOTICE, REASON),
            lambda facts: facts.closing is None,
        ),
        Action(
            "reenvio",
            "Reenviar un correo",
            "notice_requested",
            (_NOTICE, REASON),
            lambda facts: facts.closing is None,
        ),
        Action(
            "evento",
            "Reenviar un evento a facturación",
            "webhook_requested",
            (
                Field("event", "Identificador del evento", hint="Empieza por evt_; está en la página de eventos."),
                REASON,
            ),
            lambda facts: bool(facts.webhooks.deliveries),
        ),
        Action(
            "silencio",
            "Suspender recordatorios",
            "reminders_muted",
            (Field("until", "Hasta el día", Kind.DATE), REASON),
            lambda facts: facts.reminders.next is not None,
        ),
        Action(
            "retiro",
            "Retirar el préstamo",
            "loan_revoked",
            (REASON,),
            lambda facts: facts.loan is not None and facts.loan.state == "active",
            "La empresa deja de poder firmar hoy mismo, y el préstamo no se hace otra vez.",
        ),
        Action(
            "cierre",
            "Cerrar el caso",
            "activation_closed",
            (REASON,),
            lambda facts: facts.closing is None,
            "El caso deja de recordar y de recibir mensajes. Se abre otra vez con starter.py start --reopen.",
        ),
    )
}


def read(action: Action, typed: Mapping[str, str], by: str, **known: Any) -> Message | tuple[FieldError, ...]:
    """Return the message that an action sends, or one error for each field that is missing or wrong.

    `known` are fields that the page knows by itself, such as the upload that a decision is about.
    """
    missing = tuple(_error(field, "missing") for field in action.fields if not typed.get(field.name, "").strip())
    if missing:
        return missing
    given: dict[str, Any] = {field.name: typed[field.name].strip() for field in action.fields if field.name != "email"}
    if amount := re.fullmatch(_PESOS, given.get("amount_cop", "")):
        given["amount_cop"] = int(amount[1].replace(".", ""))
    try:
        return SIGNALS[action.signal].model_validate({**given, **known, "by": by})
    except ValidationError as error:
        wrong = {str(problem["loc"][0]): problem for problem in error.errors() if problem["loc"]}
    named = (_error(field, "wrong", wrong[field.name]) for field in action.fields if field.name in wrong)
    return tuple(named) or (_error(REASON, "wrong"),)


def storable(typed: dict[str, str], message: Message) -> dict[str, str]:
    """Return what was typed as it may be stored: texts as the message has them, without what identifies a person."""
    said = {name: getattr(message, name, None) for name in typed}
    return typed | {name: text for name, text in said.items() if isinstance(text, str)}


def with_mail(company: Company | None, mail: str | None) -> Company | tuple[FieldError, ...] | None:
    """Return the company with another mail address, None when nothing changes; its other data stay as stored."""
    if mail is None or company is None or mail.strip() == company.email:
        return None
    found = read_form(_Mail, {"email": mail})
    return found if isinstance(found, tuple) else company.model_copy(update={"email": found.email})


def spelled(action: Action, typed: Mapping[str, str], message: Message) -> dict[str, str]:
    """Return what a person reads of each field before it is sent, by its label: what the message took, spelled out."""
    return {field.label: _spelled(field, typed[field.name], message) for field in action.fields}


def _spelled(field: Field, typed: str, message: Message) -> str:
    if field.choices is not None:
        return field.choices[typed]
    match getattr(message, field.name, typed):  # an address is no part of the message
        case int(amount):
            return spanish.pesos(amount)
        case date() as day:
            return spanish.day(day)
        case text:
            return str(text)


def command(company_id: str, signal: str, message: Message) -> str:
    """Return the command line that sends the same signal."""
    return (
        f"temporal workflow signal --workflow-id {workflow_id(company_id)} --name {signal} \\\n"
        f"  --input {quoted(payload(message))}"
    )


def quoted(text: str) -> str:
    """Return a text as one word of a shell, in the quotes that leave it readable."""
    return f'"{text}"' if "'" in text and not set(text) & set('"$`\\!') else shlex.quote(text)


def payload(message: Message) -> str:
    """Return a message as the JSON that a command line takes."""
    return json.dumps(message.model_dump(mode="json", exclude_none=True), ensure_ascii=False)


_PESOS: Final = r"\$?\s*([0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)"
"""As people write them: 297500, 297.500 or $ 297.500; in 297500.0 the point would be one of thousands."""
_WRONG: Final = {
    Kind.NUMBER: "Escribe el valor en pesos, sin decimales: 297500 o 297.500.",
    Kind.DATE: "Escribe una fecha como 2027-01-31.",
    Kind.MAIL: f"Escribe un correo completo, como ana@ejemplo.com, de máximo {MAIL_LENGTH} caracteres.",
    Kind.CHOICE: "Elige uno de la lista.",
    Kind.TEXT: "Usa letras, números, puntos, guiones o dos puntos; máximo 80.",
    Kind.LONG: "Escribe hasta 500 caracteres en texto normal.",
}


def _error(field: Field, code: str, problem: ErrorDetails | None = None) -> FieldError:
    text = "Falta este dato." if code == "missing" else _WRONG[field.kind]
    if problem is not None and problem["type"] == "forbidden_characters":
        text = form_messages.spanish(field.name, "forbidden_characters", **problem["ctx"])
    return FieldError(field=field.name, code=code, message=text, message_es=text)
