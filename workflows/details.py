"""The case in a few lines of Markdown, for the support's page of one workflow."""

from datetime import datetime
from typing import Any

from domain.case import Case
from domain.messages import SIGNALS
from domain.status import status

KNOWN_SIGNALS = ", ".join(f"`{name}`" for name in SIGNALS)
LATEST = 6


def current_details(case: Case, now: datetime) -> str:
    """Return where a case stands, what needs attention, and which signals it understands."""
    facts = status(case, now)
    lines = [
        f"**{facts['stage']}** · signs with: {facts['entitlement']}{_until(facts)}",
        f"Next: {', '.join(facts['next_actions']) or 'nothing'}",
        *(f"- **Attention** ({each['kind']}): {each['text']}" for each in facts["attention"]),
        *_loan(facts["loan"]),
        "",
        *(f"- {each['at']} {each['actor']}: {each['action']}" for each in facts["timeline"][-LATEST:]),
        "",
        f"Signals: {KNOWN_SIGNALS}",
    ]
    return "\n".join(lines)


def _until(facts: dict[str, Any]) -> str:
    until = facts["entitlement_until"]
    return "" if until is None else f" until {until}"


def _loan(loan: dict[str, Any] | None) -> list[str]:
    if loan is None:
        return []
    term = f"{loan['starts_on']} to {loan['ends_on']}"
    return [f"Loan {loan['state']}: {term}, safe to buy until {loan['last_safe_purchase_on']}"]
