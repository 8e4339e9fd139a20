"""The mails about the loan of the provider's certificate."""

from domain.errors import NoticeError
from domain.notices import Notice
from mails import spanish
from mails.content import BOUGHT, BUY_NOW, PROMISE, Content, given, purchase_advice


def started(notice: Notice) -> Content:
    """The loan has begun: its dates, and that they do not move."""
    starts_on = given(notice.starts_on, "starts_on", notice)
    ends_on = given(notice.ends_on, "ends_on", notice)
    last_safe_on = given(notice.last_safe_purchase_on, "last_safe_purchase_on", notice)
    return Content(
        subject="Tu certificado en préstamo está activo",
        heading="Ya puedes facturar con el certificado en préstamo",
        paragraphs=(
            "Aceptamos la carta firmada por el representante legal.",
            "Te prestamos un certificado digital: con él se firman las facturas electrónicas de tu empresa.",
            "Ya puedes continuar con el set de pruebas y emitir facturas electrónicas.",
            "El préstamo es temporal: antes de que termine, tu empresa debe comprar su propio certificado.",
            purchase_advice(last_safe_on, ends_on, notice.days_left),
            "Si ya lo compraste, no tienes que comprarlo otra vez.",
        ),
        facts=(
            ("Inicio del préstamo", spanish.day(starts_on)),
            ("Último día del préstamo", spanish.day(ends_on)),
            ("Última fecha segura para comprar", spanish.day(last_safe_on)),
        ),
        closing=("La fecha de inicio es definitiva: adjuntar otra carta no la cambia ni renueva el préstamo.",),
    )


def reminder(notice: Notice) -> Content:
    """The loan ends soon: when, and until when buying is safe."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    days_left = given(notice.days_left, "days_left", notice)
    last_safe_on = given(notice.last_safe_purchase_on, "last_safe_purchase_on", notice)
    if days_left < 0:
        raise NoticeError(f"notice loan_reminder of {notice.company_id}: days_left is {days_left}; send loan_ended")
    when = spanish.expiry(days_left)
    return Content(
        subject=f"Tu certificado en préstamo {when}",
        heading=f"Tu certificado en préstamo {when}",
        paragraphs=(
            f"El certificado digital que te prestamos sirve hasta el {spanish.day(ends_on)}, inclusive.",
            "Desde el día siguiente, tu empresa necesita su propio certificado para firmar facturas electrónicas.",
            purchase_advice(last_safe_on, ends_on, days_left),
        ),
        facts=(
            ("Último día del préstamo", spanish.day(ends_on)),
            ("Última fecha segura para comprar", spanish.day(last_safe_on)),
        ),
        closing=("El préstamo no se renueva.", PROMISE),
        offers_purchase=True,
    )


def ended(notice: Notice) -> Content:
    """The loan has run out: what no longer works, and how to go on."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    past = f" ({spanish.expiry(notice.days_left)})" if notice.days_left is not None and notice.days_left < 0 else ""
    return Content(
        subject="Tu certificado en préstamo venció",
        heading="Tu certificado en préstamo venció",
        paragraphs=(
            f"El último día del préstamo fue el {spanish.day(ends_on)}{past}.",
            "Tu empresa ya no puede firmar facturas electrónicas con el certificado prestado.",
            f"Para seguir facturando, compra tu propio certificado digital. {BUY_NOW}",
            BOUGHT,
        ),
        closing=("El préstamo no se renueva, aunque adjuntes otra carta.",),
        offers_purchase=True,
    )


def revoked(notice: Notice) -> Content:
    """Support has ended the loan."""
    why = ("Tomamos esta decisión por lo siguiente:",) if notice.reasons else ()
    return Content(
        subject="Terminamos el préstamo de tu certificado",
        heading="Terminamos el préstamo de tu certificado",
        paragraphs=(
            "Nuestro equipo de soporte terminó el préstamo del certificado digital.",
            "Tu empresa ya no puede firmar facturas electrónicas con él.",
            *why,
        ),
        reasons=tuple(reason.message for reason in notice.reasons),
        closing=(
            "Si crees que se trata de un error, responde este correo.",
            f"Para seguir facturando, compra tu propio certificado digital. {BUY_NOW}",
            BOUGHT,
        ),
        offers_purchase=True,
    )
