"""What the document shows: nobody and nothing here exists."""

from typing import Any, Final

from domain.case.policy import STEP_NAMES
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
REPRESENTATIVE: Final[Json] = {
    "full_name": "María Ángela Peñaranda Muñoz",
    "document_type": "CC",
    "document_number": "52345678",
    "document_city": "Bogotá D.C.",
    "role": "Gerente",
    "email": "maria@laespiga.example.com",
    "phone": "+57 300 123 4567",
    "consent": {"obtained_by": "crm:77", "obtained_at": "2026-11-24T10:00:00-05:00", "text_version": "web-3"},
}
LETTER: Final[Json] = {
    "folio": "AC-BNX2-2J30-JBMB",
    "key": "letters/C1001/AC-BNX2-2J30-JBMB.pdf",
    "sha256": "fb1c69df644306d2d3294b4fb3f88ab8cc5bedfddff99196a17e46735ed15249",
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
    "stage": "certificate_in_process",
    "entitlement": "loan",
    "entitlement_until": "2026-12-24",
    "payment": {
        "paid": True,
        "purchase_offered": False,
        "price_cop": 250_000,
        "iva_cop": 47_500,
        "total_cop": 297_500,
        "validity_days": 365,
        "payments": [
            {
                "reference": "FV-77",
                "amount_cop": 297_500,
                "standing": "confirmed",
                "recorded_at": "2026-12-17T15:00:01Z",
                "paid_at": "2026-12-17T15:00:00Z",
                "method": "pse",
            }
        ],
    },
    "certificate": {
        "state": "paid",
        "serial": None,
        "valid_from": None,
        "valid_until": None,
        "days_left": None,
        "renewal_from": None,
        "observations": None,
        "certificates": [],
    },
    "loan": {
        "state": "active",
        "starts_on": "2026-11-24",
        "ends_on": "2026-12-24",
        "days_left": 7,
        "last_safe_purchase_on": "2026-12-10",
        "ended_on": None,
    },
    "loan_terms": {"days": 30, "upload_limit_bytes": 1_048_576, "would_start_on": None, "would_end_on": None},
    "letter": {
        "folio": "AC-BNX2-2J30-JBMB",
        "key": "letters/C1001/AC-BNX2-2J30-JBMB.pdf",
        "sha256": "fb1c69df644306d2d3294b4fb3f88ab8cc5bedfddff99196a17e46735ed15249",
        "issued_at": "2026-11-24T15:00:00Z",
        "attached": "fa07dc7a2b5a4db9bb5201816bc23c19",
        "versions": [
            {
                "upload_id": "fa07dc7a2b5a4db9bb5201816bc23c19",
                "folio": "AC-BNX2-2J30-JBMB",
                "verdict": "accepted",
                "received_at": "2026-11-24T16:30:00Z",
                "sha256": "dd40a6bfbaa235bc9c1931a7e96fb7727639c6f1c749dc28356cd3bb9105bc8e",
                "reasons": [],
                "withdrawn": False,
                "superseded": False,
            }
        ],
    },
    "steps": {"current": 3, "completed": [1, 2], "names": list(STEP_NAMES), "nit_locked": False},
    "reminders": {
        "sent": [{"subject": "loan", "days": 15, "at": "2026-12-09T13:30:00Z"}],
        "skipped": [{"subject": "loan", "days": 7, "at": "2026-12-17T15:00:01Z", "reason": "bought"}],
        "next": None,
        "muted_until": None,
    },
    "needs_attention": True,
    "attention": [
        {
            "kind": "rejected_message",
            "subject": "certificate_issued",
            "since": "2026-12-17T16:00:00Z",
            "text": "certificate_issued was rejected: valid_until: 2026-12-16 has passed; register a certificate that "
            "is valid",
            "code": "certificate_past",
            "values": {"valid_until": "2026-12-16"},
        }
    ],
    "rejected_signals": [
        {
            "name": "certificate_issued",
            "reason": "valid_until: 2026-12-16 has passed; register a certificate that is valid",
            "time": "2026-12-17T16:00:00Z",
            "code": "certificate_past",
            "values": {"valid_until": "2026-12-16"},
        }
    ],
    "rejected_signals_count": 1,
    "repeated_messages_count": 0,
    "webhooks": {
        "on": True,
        "gone": False,
        "waiting": [
            {
                "id": "evt_7330a7548f83c56c6ea47e2a",
                "type": "loan.expiring",
                "at": "2026-12-09T13:30:00Z",
                "attempts": 3,
            }
        ],
        "failing_since": "2026-12-09T13:30:05Z",
        "error": "ConnectError",
        "next_try_at": "2026-12-09T13:31:05Z",
        "deliveries": [
            {
                "id": "evt_2c26b46b68ffc68ff99b453c",
                "type": "loan.started",
                "at": "2026-11-24T16:30:02Z",
                "outcome": "delivered",
                "attempts": 0,
                "ended_at": "2026-11-24T16:30:03Z",
            }
        ],
    },
    "waiting_to_retry": [],
    "timeline": [
        {
            "at": "2026-11-24T14:55:00Z",
            "actor": "activa",
            "action": "activation_started",
            "reason": None,
            "given": None,
            "values": {},
        },
        {
            "at": "2026-12-17T15:00:01Z",
            "actor": "support:ana",
            "action": "payment_confirmed",
            "reason": "FV-77: seen in the bank's statement",
            "given": "seen in the bank's statement",
            "values": {"reference": "FV-77"},
        },
    ],
    "next_actions": ["await_certificate", "delete_letter"],
    "earlier_lines": 0,
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
