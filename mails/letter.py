"""The mails about the signed letter."""

from domain.notices import Notice
from mails.content import Content, reasons_of


def rejected(notice: Notice) -> Content:
    """The letter was not accepted: why, and what to do."""
    return Content(
        subject="Debe corregir la carta firmada",
        heading="No pudimos aceptar la carta firmada",
        paragraphs=("Revisamos el archivo que cargó y encontramos lo siguiente:",),
        reasons=reasons_of(notice),
        closing=(
            "Corrija lo indicado y cargue la carta de nuevo desde su página de estado.",
            "Un archivo que no se acepta no inicia el préstamo ni cambia sus fechas.",
        ),
    )


def under_review(notice: Notice) -> Content:
    """A person looks at the letter: why, and that waiting costs no day."""
    return Content(
        subject="Estamos revisando su carta firmada",
        heading="Una persona de nuestro equipo revisa su carta",
        paragraphs=("Recibimos la carta firmada. Una persona debe revisarla antes de aceptarla, por lo siguiente:",),
        reasons=reasons_of(notice),
        closing=(
            "No tiene que hacer nada por ahora.",
            "Si es la primera carta que aceptamos, el préstamo cuenta desde el día en que usted la cargó.",
        ),
    )


def review_needed(notice: Notice) -> Content:
    """To support: the company's id, and why a person must decide."""
    return Content(
        subject=f"Carta por revisar: {notice.company_id}",
        heading="Una carta firmada espera su decisión",
        paragraphs=(
            f"La empresa {notice.company_id} cargó una carta firmada que el sistema no puede aceptar ni rechazar solo.",
        ),
        reasons=tuple(f"{reason.message} ({reason.code})" for reason in notice.reasons),
        closing=("Revise la carta y envíe su decisión con la señal letter_reviewed.",),
    )
