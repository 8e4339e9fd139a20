"""The desk's words for what the case calls by short names."""

from typing import Final

from domain.case.attention import AttentionKind
from domain.case.events import DeliveryOutcome
from domain.views.stage import Stage
from portal.cases.proposals import Refusal
from portal.cases.results import Made
from portal.words.actions import WORDS

STAGES: Final = {
    Stage.STARTED: "Empezó",
    Stage.LETTER_ISSUED: "Carta por firmar",
    Stage.LETTER_UNDER_REVIEW: "Carta en revisión",
    Stage.LOAN_ACTIVE: "Préstamo activo",
    Stage.LOAN_ENDED: "Préstamo terminado",
    Stage.CERTIFICATE_IN_PROCESS: "Certificado en trámite",
    Stage.CERTIFICATE_REJECTED: "Solicitud con observaciones",
    Stage.CERTIFICATE_ACTIVE: "Certificado activo",
    Stage.CERTIFICATE_EXPIRING: "Certificado por vencer",
    Stage.CERTIFICATE_EXPIRED: "Certificado vencido",
    Stage.CLOSED: "Cerrado",
}
FUNNEL: Final = (
    Stage.STARTED,
    Stage.LETTER_ISSUED,
    Stage.LETTER_UNDER_REVIEW,
    Stage.LOAN_ACTIVE,
    Stage.LOAN_ENDED,
    Stage.CERTIFICATE_IN_PROCESS,
    Stage.CERTIFICATE_REJECTED,
    Stage.CERTIFICATE_ACTIVE,
    Stage.CERTIFICATE_EXPIRING,
    Stage.CERTIFICATE_EXPIRED,
)
"""The stages in the order in which a company goes through them."""

ATTENTION: Final = {
    AttentionKind.REJECTED_MESSAGE: "Un mensaje no contó",
    AttentionKind.INSUFFICIENT_PAYMENT: "Pago por debajo del total",
    AttentionKind.UNEXPECTED_PAYMENT: "Pago que no se esperaba",
    AttentionKind.LETTER_REVIEW: "Una carta espera revisión",
    AttentionKind.FAILING: "Un paso falla y se intenta de nuevo",
    AttentionKind.PROFILE: "Los datos guardados no sirven",
    AttentionKind.MAILBOX: "Una dirección no recibe los correos",
    AttentionKind.NO_CERTIFICATE: "El préstamo terminó sin certificado",
    AttentionKind.STORED_DATA: "Lo que se guardó del caso no sirve",
    AttentionKind.WEBHOOK: "Facturación no recibió un evento",
}
SIGNALS: Final = {
    "payment_confirmed": ("Confirmación de pago", "pago"),
    "letter_uploaded": ("Carta subida", None),
    "letter_reviewed": ("Decisión sobre la carta", "revision"),
    "certificate_issued": ("Certificado emitido", "certificado"),
    "certificate_rejected": ("Observaciones al certificado", None),
    "certificate_withdrawn": ("Anulación de un certificado", "anulacion"),
    "step_completed": ("Paso terminado", None),
    "loan_revoked": ("Retiro del préstamo", "retiro"),
    "reminders_muted": ("Suspensión de recordatorios", "silencio"),
    "company_updated": ("Datos de la empresa", "correo"),
    "notice_requested": ("Reenvío de un correo", "reenvio"),
    "webhook_requested": ("Reenvío de un evento", "evento"),
    "activation_closed": ("Cierre del caso", "cierre"),
}
"""Each signal's name, and the action of the desk that sends a right one."""

ACTIONS: Final = WORDS | {
    "step_completed": "Paso terminado",
    "payment_settled": "Un pago por resolver quedó resuelto",
    "notice_dropped": "Un correo ya no era cierto y no se envió",
    "notice_given_up": "Un correo no se pudo entregar",
    "notice_refused": "El servidor rechazó un correo",
    "notice_requested": "Se pidió reenviar un correo",
    "notice_uncertain": "Un correo quedó en duda",
    "reminder_uncertain": "Un recordatorio quedó en duda",
    "review_late": "La revisión de la carta se atrasó",
    "webhook_given_up": "Facturación no recibió un evento",
    "webhook_requested": "Se pidió reenviar un evento",
    "webhooks_gone": "Facturación ya no quiere eventos de este caso",
    "webhooks_off": "El trabajador no tiene a quién enviar eventos",
}
OUTCOMES: Final = {
    DeliveryOutcome.DELIVERED: "Entregado",
    DeliveryOutcome.GIVEN_UP: "No se pudo entregar",
    DeliveryOutcome.GONE: "El receptor no quiere más",
    DeliveryOutcome.OFF: "Sin dirección configurada",
}
REFUSALS: Final = {
    Refusal.DONE: "Ya estaba hecho; no se hizo otra vez.",
    Refusal.LATE: "Pasó el plazo para confirmarlo. No se envió nada: hazlo de nuevo desde el comienzo.",
    Refusal.SAME_PERSON: "Lo pediste tú: debe confirmarlo otra persona de soporte. No se envió nada. "
    "Dile que lo encuentra en «Lotes».",
    Refusal.NOT_ASKED: "Quien lo preparó todavía no ha pedido que lo confirmen. No se envió nada: dile que lo pida. "
    "Lo hace con «Pedir confirmación».",
    Refusal.NOT_YOURS: "Lo preparó otra persona y lo confirma ella. No se envió nada: pídeselo, o ensáyalo tú.",
    Refusal.CHANGED: "La lista no es la que se ensayó: entraron o salieron casos. No se envió nada: "
    "usa «Ensayar de nuevo».",
    Refusal.TOO_MANY: "Con tus lotes de la última hora son demasiados casos para una sola persona. No se envió nada: "
    "usa «Pedir confirmación».",
    Refusal.OVERTAKEN: "Alguien más lo cambió en este mismo momento. Actualiza la página para ver cómo quedó.",
}
MADE: Final = {
    Made.TAKEN: "Lo tomó",
    Made.REFUSED: "No lo aceptó",
    Made.NOT_YET: "Todavía no",
    Made.MISSED: "No le llegó",
    Made.SILENT: "No responde",
}
