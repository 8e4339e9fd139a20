"""The mails about the signed letter."""

from domain.notices import Notice
from mails.content import Content, reasons_of


def rejected(notice: Notice) -> Content:
    """The letter was not accepted: why, and what to do. One reason is that no file came, so none is spoken of."""
    return Content(
        subject="Debes corregir la carta firmada",
        heading="No pudimos aceptar la carta firmada",
        paragraphs=("Esto fue lo que encontramos:",),
        reasons=reasons_of(notice),
        closing=(
            "Entra a tu página de estado, pulsa «Adjuntar la carta firmada» y adjunta la carta ya corregida.",
            "Una carta que no aceptamos no inicia el préstamo del certificado ni cambia sus fechas.",
        ),
    )


def under_review(notice: Notice) -> Content:
    """A person looks at the letter: why, and that waiting costs no day."""
    return Content(
        subject="Estamos revisando tu carta firmada",
        heading="Una persona de nuestro equipo revisa tu carta",
        paragraphs=("Recibimos la carta firmada. Una persona debe revisarla antes de aceptarla, por lo siguiente:",),
        reasons=reasons_of(notice),
        closing=(
            "No tienes que hacer nada por ahora.",
            "Si es la primera carta que aceptamos, el préstamo cuenta desde el día en que la adjuntaste.",
        ),
    )


def review_needed(notice: Notice) -> Content:
    """To support: the company's id, and why a person must decide."""
    return Content(
        subject=f"Carta por revisar: {notice.company_id}",
        heading="Una carta firmada espera tu decisión",
        paragraphs=(
            f"La empresa {notice.company_id} adjuntó una carta firmada.",
            "El sistema no puede aceptarla ni rechazarla solo" + (", por lo siguiente:" if notice.reasons else "."),
        ),
        reasons=tuple(f"{reason.message} ({reason.code})" for reason in notice.reasons),
        closing=(
            "Revisa la carta y envía tu decisión con la señal letter_reviewed.",
            "Si antes llegan más cartas de esta empresa, no te escribimos otra vez: la página del caso las muestra.",
        ),
    )
