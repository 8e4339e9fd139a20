"""Dates, days and pesos as Colombia writes them."""

from datetime import date

import pytest

from mails import spanish


@pytest.mark.parametrize(
    ("value", "text"),
    [(date(2026, 12, 24), "24 de diciembre de 2026"), (date(2027, 1, 1), "1 de enero de 2027")],
)
def test_a_date_is_written_out(value: date, text: str):
    assert spanish.day(value) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "$0"), (950, "$950"), (1000, "$1.000"), (297_500, "$297.500"), (1_234_567, "$1.234.567")]
)
def test_pesos_have_points_between_thousands_and_no_cents(amount: int, text: str):
    assert spanish.pesos(amount) == text


@pytest.mark.parametrize(
    ("days_left", "text"),
    [
        (7, "vence en 7 días"),
        (2, "vence en 2 días"),
        (1, "vence mañana"),
        (0, "vence hoy"),
        (-1, "venció hace 1 día"),
        (-2, "venció hace 2 días"),
    ],
)
def test_the_days_left_are_words(days_left: int, text: str):
    assert spanish.expiry(days_left) == text
