"""What goes in and out, beside what the domain already names."""

from datetime import date, datetime
from typing import Annotated, Final

from pydantic import Field, WithJsonSchema

from domain.case.certificate import PaymentStanding
from domain.contract import CompanyId, Sha256
from domain.messages.fields import Instant, Line, WholeNumber
from domain.model import Model
from domain.views.entitlement import Signing
from domain.views.stage import Stage

_DAY_OR_INSTANT: Final = {
    "anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "maxLength": 0},
        {"type": "null"},
    ],
    "default": None,
}


class Activation(Model):
    """The activation of a company. `started` is false when it was there before."""

    workflow_id: str
    run_id: str
    started: bool


class PaymentInput(Model):
    """A payment, in whole pesos, IVA included. The same one may be sent again."""

    reference: Line
    amount_cop: Annotated[WholeNumber, Field(ge=1, le=10**12)]
    paid_at: Annotated[Instant | None, WithJsonSchema(_DAY_OR_INSTANT)] = None
    method: Line | None = None


class PaymentTaken(Model):
    """A payment that is kept. `standing` is what it counts for, null while no worker has said so."""

    company_id: CompanyId
    reference: str
    amount_cop: int
    standing: PaymentStanding | None


class IssuedLetter(Model):
    """The letter to be signed: its number, and where its PDF lies in the bucket."""

    folio: str
    key: str
    sha256: Sha256


class EntitlementAnswer(Model):
    """What the company may sign with today, and up to which day in Bogotá, inclusive."""

    company_id: CompanyId
    entitlement: Signing
    until: date | None


class Listed(Model):
    """One case of the list. Ends are instants, UTC: the last second of the last day in Bogotá."""

    company_id: CompanyId
    stage: Stage
    loan_ends_at: datetime | None
    certificate_ends_at: datetime | None
    needs_attention: bool


class Listing(Model):
    """Some cases, the latest started first. `next_cursor` is null on the last page."""

    activations: list[Listed]
    next_cursor: str | None


class FieldProblem(Model):
    """One field that is missing or wrong, and what to do."""

    field: str
    message: str


class ProblemDocument(Model):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
