"""Dates, days and pesos in the Spanish of Colombia."""

from datetime import date
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

LOCALE: Final = "es_CO"


def day(value: date) -> str:
    """Return a date as `24 de diciembre de 2026`."""
    return format_date(value, "d 'de' MMMM 'de' y", locale=LOCALE)


def pesos(amount_cop: int) -> str:
    """Return whole pesos as `$297.500`."""
    return f"${format_decimal(amount_cop, '#,##0', locale=LOCALE)}"


def expiry(days_left: int) -> str:
    """Return when something ends as `vence hoy`, `vence mañana`, `vence en 7 días` or `venció hace 1 día`."""
    if days_left < 0:
        return "venció hace 1 día" if days_left == -1 else f"venció hace {-days_left} días"
    if days_left <= 1:
        return "vence mañana" if days_left else "vence hoy"
    return f"vence en {days_left} días"
