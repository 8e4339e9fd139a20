"""What happened in a case, in the words of its company."""

from typing import Final

WORDS: Final = {
    "activation_started": "Empezó la activación",
    "activation_reopened": "La activación se abrió de nuevo",
    "activation_closed": "La activación se cerró",
    "company_updated": "Se actualizaron los datos de la empresa",
    "letter_issued": "Generamos la carta para firmar",
    "letter_accepted": "Aceptamos la carta firmada",
    "letter_rejected": "No pudimos aceptar la carta",
    "letter_under_review": "La carta quedó en revisión",
    "letter_deleted": "Se eliminó la carta adjunta",
    "loan_started": "Empezó el préstamo del certificado",
    "loan_resumed": "El préstamo sigue: el certificado propio empieza después",
    "loan_expired": "Terminó el préstamo del certificado",
    "loan_revoked": "Se retiró el préstamo del certificado",
    "loan_replaced": "El certificado propio reemplazó el préstamo",
    "payment_confirmed": "Se confirmó el pago del certificado",
    "payment_insufficient": "Se recibió un pago incompleto",
    "payment_unexpected": "Se recibió un pago que no se esperaba",
    "certificate_issued": "Se emitió el certificado propio",
    "certificate_corrected": "Se corrigieron los datos del certificado propio",
    "certificate_withdrawn": "Se anuló el registro de un certificado",
    "certificate_rejected": "La entidad certificadora pidió corregir la solicitud",
    "certificate_expired": "Venció el certificado propio",
    "reminder_sent": "Enviamos un recordatorio",
    "notice_sent": "Enviamos un correo",
    "reminders_muted": "Se suspendieron los recordatorios",
}
"""What is not here is the workings of the case, which a company needs not know."""
