"""The settings a case is run under, captured when it starts.

A running case keeps its own copy, so that a later change of settings never moves its dates or prices.
Source of the defaults: mission, decision 4.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from domain.letter.examination import DEFAULT_LIMIT_BYTES
from domain.model import Model

STEP_NAMES = (
    "Perfil de la organización",
    "Activa tu certificado digital",
    "Realiza tu set de pruebas",
    "Sincroniza tu resolución de facturación",
    "Configura tu factura de venta electrónica",
    "Elabora tu factura electrónica",
)

Days = Annotated[int, Field(ge=1, le=3660)]
Milestones = Annotated[tuple[Annotated[int, Field(ge=-365, le=3660)], ...], Field(max_length=20)]


class Policy(Model):
    """Everything about a case that is a setting rather than a rule."""

    loan_days: Days = 30
    """Calendar days; the loan's last day is its first day plus this many."""
    loan_reminder_days: Milestones = (15, 7, 3, 1, 0, -1)
    """Days before the loan's last day; negative is after."""
    certificate_reminder_days: Milestones = (60, 30, 15, 7, 1, 0)
    """Days before the own certificate's last day; negative is after."""
    price_cop: Annotated[int, Field(ge=0)] = 250_000
    """Price of the one-year certificate in whole pesos, before IVA."""
    iva_percent: Annotated[int, Field(ge=0, le=100)] = 19
    validity_days: Days = 365
    """Validity of the certificate on sale, shown before payment."""
    upload_limit_bytes: Annotated[int, Field(ge=10_000, le=20_000_000)] = DEFAULT_LIMIT_BYTES
    """Largest signed letter, inclusive."""
    issuance_lead_business_days: Annotated[int, Field(ge=0, le=60)] = 8
    safety_margin_business_days: Annotated[int, Field(ge=0, le=60)] = 2
    renewal_window_days: Days = 30
    """A renewal is offered in the last days of an active certificate, this many, and from the first reminder on."""
    review_business_hours: Annotated[int, Field(ge=1, le=400)] = 18
    """How long a person may take to review a letter before support is told again; a business day has ten."""
    step_names: Annotated[tuple[str, ...], Field(min_length=6, max_length=6)] = STEP_NAMES
    extra_holidays: tuple[date, ...] = ()
    """Days off that the calendar library does not know."""
    cancelled_holidays: tuple[date, ...] = ()
    """Holidays of the calendar library that are working days after all."""

    @model_validator(mode="after")
    def _milestones_are_distinct(self) -> "Policy":
        for name in ("loan_reminder_days", "certificate_reminder_days"):
            days = getattr(self, name)
            if len(set(days)) != len(days):
                raise ValueError(f"{name} {days}: a day stands twice; name each once")
        return self

    def with_reminders_that_sell(self) -> "Policy":
        """Return the policy whose renewal is on offer from the first reminder on: none asks for what isn't sold."""
        first = max((days for days in self.certificate_reminder_days if days > 0), default=0)
        return self.model_copy(update={"renewal_window_days": max(self.renewal_window_days, first)})

    @property
    def iva_cop(self) -> int:
        """IVA on the price in whole pesos, rounded half up."""
        return (self.price_cop * self.iva_percent * 2 + 100) // 200

    @property
    def total_cop(self) -> int:
        """What the company pays in whole pesos, IVA included."""
        return self.price_cop + self.iva_cop


def stands(given: Mapping[str, Any] | None) -> bool:
    """Tell whether a policy that was given needs nothing added and can be used."""
    if given is None or set(given) != set(Policy.model_fields):
        return False
    try:
        Policy.model_validate(given)
    except ValidationError:
        return False
    return True
