"""The mails about the company's own certificate."""

from domain.notices import Notice
from mails import spanish
from mails.content import PROMISE, Content, given, purchase_advice, reasons_of


def payment_received(notice: Notice) -> Content:
    """The payment has come: what it does, and that it does not end the loan."""
    amount = spanish.pesos(given(notice.amount_cop, "amount_cop", notice))
    loan = (
        f"Su préstamo sigue hasta el {spanish.day(notice.ends_on)} o hasta que su certificado quede activo, "
        "lo que ocurra primero."
        if notice.ends_on
        else "Si tiene un certificado en préstamo, lo conserva hasta su último día o hasta que el suyo quede activo."
    )
    return Content(
        subject="Recibimos el pago de su certificado",
        heading="Recibimos el pago de su certificado digital",
        paragraphs=(
            f"Recibimos su pago por {amount}.",
            "La emisión de un certificado tarda varios días hábiles; le avisaremos cuando esté activo.",
            loan,
        ),
        facts=(("Valor pagado", amount),),
    )


def rejected(notice: Notice) -> Content:
    """The issuer has sent the request back: its observations."""
    return Content(
        subject="Su solicitud de certificado tiene observaciones",
        heading="La solicitud de su certificado fue devuelta",
        paragraphs=("La entidad emisora devolvió la solicitud con estas observaciones:",),
        reasons=reasons_of(notice),
        closing=("Corrija lo indicado y presente la solicitud de nuevo.",),
    )


def active(notice: Notice) -> Content:
    """The own certificate signs from now on: its dates."""
    starts_on = given(notice.starts_on, "starts_on", notice)
    ends_on = given(notice.ends_on, "ends_on", notice)
    renewal = (("Podrá renovarlo desde", spanish.day(notice.renewal_from)),) if notice.renewal_from else ()
    return Content(
        subject="Su certificado digital está activo",
        heading="Su empresa ya firma con su propio certificado",
        paragraphs=(
            "El certificado digital de su empresa está activo y firma sus facturas electrónicas.",
            "Si tenía un certificado en préstamo, ese préstamo terminó.",
        ),
        facts=(
            ("Válido desde", spanish.day(starts_on)),
            ("Válido hasta", f"{spanish.day(ends_on)}, inclusive"),
            *renewal,
        ),
        closing=("Le recordaremos la renovación antes de que venza.",),
    )


def reminder(notice: Notice) -> Content:
    """The own certificate ends soon: when, and until when renewing is safe."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    days_left = given(notice.days_left, "days_left", notice)
    last_safe_on = given(notice.last_safe_purchase_on, "last_safe_purchase_on", notice)
    when = spanish.expiry(days_left)
    renewal = (("Podrá renovarlo desde", spanish.day(notice.renewal_from)),) if notice.renewal_from else ()
    return Content(
        subject=f"Su certificado digital {when}",
        heading=f"El certificado digital de su empresa {when}",
        paragraphs=(
            f"Su certificado sirve hasta el {spanish.day(ends_on)}, inclusive.",
            "Sin un certificado vigente su empresa no puede firmar facturas electrónicas.",
            purchase_advice(last_safe_on, ends_on, days_left),
        ),
        facts=(
            ("Último día del certificado", spanish.day(ends_on)),
            ("Última fecha segura para comprar", spanish.day(last_safe_on)),
            *renewal,
        ),
        closing=(PROMISE,),
        offers_purchase=True,
    )


def ended(notice: Notice) -> Content:
    """The own certificate has run out."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    past = f" ({spanish.expiry(notice.days_left)})" if notice.days_left is not None and notice.days_left < 0 else ""
    return Content(
        subject="Su certificado digital venció",
        heading="El certificado digital de su empresa venció",
        paragraphs=(
            f"El último día de su certificado fue el {spanish.day(ends_on)}{past}.",
            "Su empresa ya no puede firmar facturas electrónicas.",
            "Para volver a facturar, renueve su certificado. Si ya lo compró, podrá facturar en cuanto quede activo.",
        ),
        offers_purchase=True,
    )
