"""The case in a few lines of Markdown, for the support's page of one workflow."""

from datetime import datetime
from typing import Any

from domain.calendar import bogota_date
from domain.case.case import Case
from domain.decisions.clock import next_deadline
from domain.messages.models import SIGNALS
from domain.views.actions import next_actions
from domain.views.entitlement import Entitlement, entitlement
from domain.views.stage import stage_of
from domain.views.status import loan_status

KNOWN_SIGNALS = ", ".join(f"`{name}`" for name in SIGNALS)
LATEST = 6


def current_details(case: Case, now: datetime) -> str:
    """Return where a case stands, what needs attention, and which signals it understands.

    It is written at every task of a case, so it asks for what it shows only, not for the whole status: that grows with
    the timeline.
    """
    today = bogota_date(now)
    signing = entitlement(case.track, case.loan, today)
    lines = [
        f"**{stage_of(case, today)}** · signs with: {signing.signing}{_until(signing)}",
        f"Next: {', '.join(next_actions(case, now)) or 'nothing'}",
        f"Wakes {_wakes(next_deadline(case, now))}",
        *(f"- **Attention** ({each.kind}): {each.text}" for each in case.attention),
        *_loan(loan_status(case, today)),
        "",
        *(f"- {each.at:%Y-%m-%dT%H:%M:%SZ} {each.actor}: {each.action}" for each in case.timeline[-LATEST:]),
        "",
        f"Signals: {KNOWN_SIGNALS}",
    ]
    return "\n".join(lines)


def _wakes(deadline: tuple[datetime, str] | None) -> str:
    return "for a message alone" if deadline is None else f"{deadline[0]:%Y-%m-%dT%H:%M:%SZ}: {deadline[1]}"


def _until(signing: Entitlement) -> str:
    return "" if signing.until is None else f" until {signing.until}"


def _loan(loan: dict[str, Any] | None) -> list[str]:
    if loan is None:
        return []
    term = f"{loan['starts_on']} to {loan['ends_on']}"
    return [f"Loan {loan['state']}: {term}, safe to buy until {loan['last_safe_purchase_on']}"]
