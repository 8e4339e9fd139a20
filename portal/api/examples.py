"""What the document shows: nobody and nothing here exists."""

from typing import Any, Final

from portal.api.problems import PROBLEMS, Problem

Json = dict[str, Any]
ORIGIN: Final = "https://activa.example.com"

COMPANY: Final[Json] = {
    "company_id": "C1001",
    "legal_name": "Panadería La Espiga S.A.S.",
    "nit": "900373115-3",
    "person_type": "juridica",
    "city": "Bogotá D.C.",
    "address": "Carrera 7 # 32-16, oficina 401",
    "email": "contacto@laespiga.example.com",
    "phone": "+57 601 555 0101",
    "plan": "Pyme",
}
STARTED: Final[Json] = {
    "workflow_id": "activation-C1001",
    "run_id": "01a20c18-203b-78af-bb98-eae439b6132f",
    "started": True,
}
PAYMENT: Final[Json] = {
    "reference": "FV-77",
    "amount_cop": 297_500,
    "paid_at": "2026-12-17T10:00:00-05:00",
    "method": "pse",
}
PAYMENT_TAKEN: Final[Json] = {
    "company_id": "C1001",
    "reference": "FV-77",
    "amount_cop": 297_500,
    "standing": "confirmed",
}
ENTITLEMENT: Final[Json] = {"company_id": "C1001", "entitlement": "loan", "until": "2026-12-24"}
LISTING: Final[Json] = {
    "activations": [
        {
            "company_id": "C1001",
            "stage": "loan_active",
            "loan_ends_at": "2026-12-25T04:59:59Z",
            "certificate_ends_at": None,
            "needs_attention": False,
        }
    ],
    "next_cursor": None,
}
STATUS: Final[Json] = {
    "company_id": "C1001",
    "stage": "loan_active",
    "entitlement": "loan",
    "entitlement_until": "2026-12-24",
    "payment": {
        "paid": False,
        "purchase_offered": True,
        "price_cop": 250_000,
        "iva_cop": 47_500,
        "total_cop": 297_500,
        "validity_days": 365,
        "payments": [],
    },
    "certificate": {"state": "quoted", "valid_until": None, "days_left": None},
    "loan": {"state": "active", "starts_on": "2026-11-24", "ends_on": "2026-12-24", "days_left": 30},
    "letter": {"folio": "AC-BNX2-2J30-JBMB"},
    "steps": {"current": 1, "completed": []},
    "reminders": {"sent": [], "skipped": []},
    "needs_attention": False,
    "rejected_signals": [],
    "timeline": [{"at": "2026-11-24T15:00:00Z", "actor": "activa", "action": "activation_started", "reason": None}],
    "next_actions": ["continue_to_test_set", "delete_letter", "buy_certificate"],
    "closing": None,
}


def problem(kind: Problem) -> Json:
    """Return a problem document as it looks."""
    shown: Json = {
        "type": f"{ORIGIN}/api/docs#{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail.format(number="3F2A9C01"),
    }
    if kind is PROBLEMS["wrong-input"]:
        nit = "check digit is 4, expected 3; copy the whole NIT from the RUT"
        shown["errors"] = [{"field": "nit", "message": nit}, {"field": "email", "message": "is missing; give it"}]
    return shown
