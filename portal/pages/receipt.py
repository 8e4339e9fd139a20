"""What the receipt of an activation says."""

from datetime import datetime
from typing import Final

from domain.case.letters import SignedVersion
from domain.letter.examination import Verdict
from domain.profiles.company import Company
from domain.views.entitlement import Signing
from letters.issuing.receipt import Receipt
from mails import spanish
from portal.cases.facts import Facts, LoanFacts
from portal.pages.timeline import lines
from portal.web.rendering import moment

_LOAN: Final = {"active": "Activo", "expired": "Terminado", "revoked": "Retirado", "replaced": "Reemplazado"}
_VERDICTS: Final = {Verdict.ACCEPTED: "Aceptada", Verdict.REJECTED: "No aceptada", Verdict.UNDER_REVIEW: "En revisión"}
_SIGNING: Final = {Signing.OWN: "Su propio certificado", Signing.LOAN: "El certificado en préstamo"}


def receipt_of(facts: Facts, company: Company | None, lender: str, now: datetime) -> Receipt:
    """Return the receipt as of an instant."""
    return Receipt(
        company="" if company is None else f"{company.legal_name} · NIT {company.nit}",
        issued=moment(now),
        lender=lender,
        facts=tuple(_rows(facts)),
        documents=tuple(_document(each) for each in facts.letter.versions),
        events=tuple((moment(line.at), line.what, line.who) for line in lines(facts)),
    )


def _rows(facts: Facts) -> list[tuple[str, str]]:
    rows = [("La empresa firma hoy con", _SIGNING.get(facts.entitlement, "Ningún certificado"))]
    if facts.entitlement_until is not None:
        rows.append(("Hasta el", spanish.day(facts.entitlement_until)))
    if facts.loan is not None:
        rows += _loan_rows(facts.loan)
    rows += [
        ("Pago recibido", f"{spanish.pesos(each.amount_cop)} · {each.reference} · {moment(each.recorded_at)}")
        for each in facts.payment.payments
    ]
    if facts.certificate.serial is not None and facts.certificate.valid_from and facts.certificate.valid_until:
        term = f"{spanish.day(facts.certificate.valid_from)} a {spanish.day(facts.certificate.valid_until)}"
        rows.append(("Certificado propio", f"Serie {facts.certificate.serial} · {term}"))
    return rows


def _loan_rows(loan: LoanFacts) -> list[tuple[str, str]]:
    return [
        ("Préstamo", _LOAN[loan.state]),
        ("Inicio y último día", f"{spanish.day(loan.starts_on)} a {spanish.day(loan.ends_on)}"),
        ("Última fecha segura para comprar", spanish.day(loan.last_safe_purchase_on)),
    ]


def _document(version: SignedVersion) -> tuple[str, str, str, str]:
    outcome = "Eliminada por la empresa" if version.withdrawn else _VERDICTS[version.verdict]
    return version.folio, f"Recibida el {moment(version.received_at)}", outcome, version.sha256 or "sin archivo"
