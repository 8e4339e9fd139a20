"""The mails about the company's own certificate."""

from datetime import timedelta

from domain.notices import Notice
from mails import spanish
from mails.content import BOUGHT, BUY_NOW, PROMISE, Content, given, purchase_advice, reasons_of


def payment_received(notice: Notice) -> Content:
    """The payment has come: what it does, and that it does not end the loan."""
    amount = spanish.pesos(given(notice.amount_cop, "amount_cop", notice))
    loan = (
        f"Tu certificado en préstamo sirve hasta el {spanish.day(notice.ends_on)}, inclusive, o hasta que el tuyo "
        "quede activo, lo que ocurra primero."
        if notice.ends_on
        else "Si tienes un certificado en préstamo, lo conservas hasta su último día o hasta que el tuyo quede activo."
    )
    return Content(
        subject="Recibimos el pago de tu certificado",
        heading="Recibimos el pago de tu certificado digital",
        paragraphs=(
            f"Recibimos tu pago por {amount}. ¡Gracias!",
            "El certificado se solicita cuando todos tus pasos están completos. Si te falta alguno, complétalo pronto.",
            "Emitir un certificado tarda varios días hábiles. Te avisaremos cuando esté activo.",
            loan,
        ),
        facts=(("Valor pagado", amount),),
    )


def rejected(notice: Notice) -> Content:
    """The issuer has sent the request back: its observations."""
    return Content(
        subject="Tu solicitud de certificado tiene observaciones",
        heading="Debes corregir la solicitud de tu certificado",
        paragraphs=("La entidad que emite los certificados devolvió tu solicitud con estas observaciones:",),
        reasons=reasons_of(notice),
        closing=(
            "Corrige lo indicado y presenta la solicitud de nuevo. No tienes que pagar otra vez.",
            "Hazlo pronto: hasta entonces tu certificado no se puede emitir.",
        ),
    )


def active(notice: Notice) -> Content:
    """The own certificate is issued: its dates, and whether it signs already."""
    starts_on = given(notice.starts_on, "starts_on", notice)
    ends_on = given(notice.ends_on, "ends_on", notice)
    renewal = (("Podrás renovarlo desde", spanish.day(notice.renewal_from)),) if notice.renewal_from else ()
    waits = notice.days_left is not None and starts_on > ends_on - timedelta(days=notice.days_left)
    return Content(
        subject="Tu certificado digital fue emitido" if waits else "Tu certificado digital está activo",
        heading="El certificado digital de tu empresa ya fue emitido"
        if waits
        else "Tu empresa ya firma con su propio certificado",
        paragraphs=(
            f"El certificado firmará tus facturas electrónicas desde el {spanish.day(starts_on)}.",
            "Si tienes un certificado en préstamo, sirve hasta ese día o hasta su último día, lo que ocurra primero.",
        )
        if waits
        else (
            "El certificado digital de tu empresa está activo y firma tus facturas electrónicas.",
            "Si tenías un certificado en préstamo, ese préstamo terminó.",
            "No tienes que hacer nada más por ahora.",
        ),
        facts=(
            ("Válido desde", spanish.day(starts_on)),
            ("Válido hasta", f"{spanish.day(ends_on)}, inclusive"),
            *renewal,
        ),
        closing=("Te recordaremos la renovación antes de que venza.",),
    )


def reminder(notice: Notice) -> Content:
    """The own certificate ends soon: when, from when it can be renewed, and until when that is safe."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    days_left = given(notice.days_left, "days_left", notice)
    last_safe_on = given(notice.last_safe_purchase_on, "last_safe_purchase_on", notice)
    when = spanish.expiry(days_left)
    renewal = (("Podrás renovarlo desde", spanish.day(notice.renewal_from)),) if notice.renewal_from else ()
    wait = (
        (f"Podrás comprar la renovación desde el {spanish.day(notice.renewal_from)}.",) if notice.renewal_from else ()
    )
    return Content(
        subject=f"Tu certificado digital {when}",
        heading=f"El certificado de tu empresa {when}",
        paragraphs=(
            f"Tu certificado digital sirve hasta el {spanish.day(ends_on)}, inclusive.",
            "Sin un certificado vigente, tu empresa no puede firmar facturas electrónicas.",
            *wait,
            purchase_advice(last_safe_on, ends_on, days_left),
        ),
        facts=(
            ("Último día del certificado", spanish.day(ends_on)),
            *renewal,
            ("Última fecha segura para comprar", spanish.day(last_safe_on)),
        ),
        closing=(PROMISE,),
        offers_purchase=not renewal,
    )


def ended(notice: Notice) -> Content:
    """The own certificate has run out."""
    ends_on = given(notice.ends_on, "ends_on", notice)
    past = f" ({spanish.expiry(notice.days_left)})" if notice.days_left is not None and notice.days_left < 0 else ""
    return Content(
        subject="Tu certificado digital venció",
        heading="El certificado digital de tu empresa venció",
        paragraphs=(
            f"El último día de tu certificado fue el {spanish.day(ends_on)}{past}.",
            "Tu empresa ya no puede firmar facturas electrónicas.",
            f"Para volver a facturar, compra un certificado nuevo. {BUY_NOW}",
            BOUGHT,
        ),
        offers_purchase=True,
    )
