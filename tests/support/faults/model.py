"""A plain model of the mission: what must have become of a company, given what its case was sent, and when.

It shares no rule with the product: dates, sums and a few sets. What people or machines decided about a letter comes to
it from outside, as does the evidence of the loan's first day.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.calendar import BOGOTA
from tests.support.faults.histories import Message

TOTAL_COP = 297_500
LOAN_DAYS = 30
RENEWAL_DAYS = 60
"""From the first reminder on."""
LONGEST_TERM_DAYS = 1830
Json = dict[str, Any]


class Outcome(StrEnum):
    TAKEN = "taken"
    REPEATED = "repeated"
    REJECTED = "rejected"
    ASKED = "asked"
    """It only asks."""


@dataclass(frozen=True)
class Own:
    """A certificate."""

    first: date
    last: date
    request: int | None = None
    """The number of the paid request that it was issued for."""

    def signs(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass
class Model:
    """One company."""

    verdicts: dict[str, str]
    """Of each upload, as a person would see it: `accepted`, `rejected` or `missing`."""
    evidence: date | None = None
    """The first day of the loan, by the evidence in the store."""
    payments: dict[str, tuple[int, str]] = field(default_factory=dict)
    request: int | None = None
    observations: str | None = None
    requests: int = 0
    own: dict[str, Own] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    steps: set[int] = field(default_factory=set)
    muted_until: str | None = None
    closed: bool = False
    representative: str | None = None
    letters: int = 0
    uploads: dict[str, str] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    loan: str | None = None
    """How it stands: `owed` until its evidence is written down, `active`, `expired`, `revoked` or `replaced`."""
    loan_ended: date | None = None
    today: date = date.min
    counted: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def take(self, message: Message) -> Outcome:
        """Take a message as the case must."""
        self.advance(message.at)
        if message.kind == "result":
            self._told_of(message)
            return Outcome.ASKED
        outcome = self._outcome(message)
        self.advance(message.at)
        if outcome is Outcome.REJECTED and message.kind == "update":
            return outcome  # its sender was told
        self.counted[outcome] += 1
        return outcome

    def advance(self, now: datetime) -> None:
        """Let time pass."""
        before, self.today = self.today, max(now.astimezone(BOGOTA).date(), self.today)
        if self.loan != "active" or self.evidence is None:
            return
        ends = self.evidence + timedelta(days=LOAN_DAYS)
        day = max(before, self.evidence)
        while day <= min(self.today, ends):
            if self._signs(day):
                self.loan, self.loan_ended = "replaced", day
                return
            day += timedelta(days=1)
        if self.today > ends:
            self.loan, self.loan_ended = "expired", ends

    @property
    def entitlement(self) -> str:
        if self._signs(self.today):
            return "own"
        return "loan" if self.loan == "active" else "none"

    @property
    def attached(self) -> str | None:
        standing = [each for each, verdict in self.uploads.items() if verdict == "accepted"]
        standing = [each for each in standing if each not in self.withdrawn]
        return standing[-1] if standing else None

    def _signs(self, day: date) -> bool:
        return any(each.signs(day) for each in self.own.values())

    def _outcome(self, message: Message) -> Outcome:
        act = getattr(self, f"_{message.name}", None)
        if act is None or message.body is None or "by" not in message.body or "hostile" in message.body:
            return Outcome.REJECTED
        return act(message.body)

    def _verify_payment(self, body: Json) -> Outcome:  # noqa: ARG002
        return Outcome.ASKED

    @property
    def _latest(self) -> Own | None:
        return max(self.own.values(), key=lambda each: each.last, default=None)

    def _offered(self) -> bool:
        latest = self._latest
        free = latest is None or self.today >= latest.last - timedelta(days=RENEWAL_DAYS)
        return self.request is None and free

    def _payment_confirmed(self, body: Json) -> Outcome:
        reference, amount = body["reference"], body["amount_cop"]
        known = self.payments.get(reference)
        if known is not None and known[0] == amount:
            return Outcome.REPEATED
        if known is not None and known[1] != "insufficient":
            return Outcome.REJECTED
        if amount < TOTAL_COP:
            standing = "insufficient"
        elif not self._offered():
            standing = "unexpected"
        else:
            standing = "confirmed"
            self.requests += 1
            self.request, self.observations = self.requests, None
        self.payments[reference] = (amount, standing)
        return Outcome.TAKEN

    def _certificate_issued(self, body: Json) -> Outcome:
        serial = body["serial"]
        first, last = date.fromisoformat(body["valid_from"]), date.fromisoformat(body["valid_until"])
        known = self.own.get(serial)
        if f"issued {serial}" in self.seen:
            same = known is None or (known.first, known.last) == (first, last)
            return Outcome.REPEATED if same else Outcome.REJECTED
        if last < first or last < self.today or (last - first).days > LONGEST_TERM_DAYS:
            return Outcome.REJECTED
        others = {name: each for name, each in self.own.items() if each.last >= self.today}
        fulfilled = None
        if not any(each.last >= last for each in others.values()):
            fulfilled, self.request = self.request, None
        self.own = {**others, serial: Own(first, last, fulfilled)}
        self.seen.add(f"issued {serial}")
        self._loan_looked_at()
        return Outcome.TAKEN

    def _certificate_withdrawn(self, body: Json) -> Outcome:
        serial = body["serial"]
        if serial not in self.own:
            return Outcome.REPEATED if f"withdrawn {serial}" in self.seen else Outcome.REJECTED
        taken = self.own.pop(serial)
        if self.request is None and taken.request is not None:
            self.request, self.observations = taken.request, None
        self.seen.discard(f"issued {serial}")
        self.seen.add(f"withdrawn {serial}")
        self._loan_looked_at()
        return Outcome.TAKEN

    def _loan_looked_at(self) -> None:
        """A loan that a mistaken certificate ended runs on; a letter that such a one stood in the way of starts it."""
        if self.loan == "replaced" and self.loan_ended is not None and not self._signs(self.loan_ended):
            self.loan = "active"
        if self.loan is None and self.attached is not None and not self._signs(self.today):
            self.loan = "owed"

    def _certificate_rejected(self, body: Json) -> Outcome:
        if self.request is None:
            return Outcome.REJECTED
        key = f"observed {self.request} {body['observations']}"
        if key in self.seen:
            return Outcome.REPEATED
        self.seen.add(key)
        self.observations = body["observations"]
        return Outcome.TAKEN

    def _step_completed(self, body: Json) -> Outcome:
        return self._step(body["step"])

    def _continue_to_test_set(self, body: Json) -> Outcome:  # noqa: ARG002
        return self._step(2)

    def _step(self, step: int) -> Outcome:
        if step in self.steps:
            return Outcome.REPEATED
        latest = self._latest
        bought = self.request is not None or (latest is not None and latest.last >= self.today)
        lent = self.attached is not None and self.loan == "active"
        if step == 2 and not (lent or bought):
            return Outcome.REJECTED
        self.steps.add(step)
        return Outcome.TAKEN

    def _reminders_muted(self, body: Json) -> Outcome:
        self.muted_until = body["until"]
        return Outcome.TAKEN

    def _loan_revoked(self, body: Json) -> Outcome:  # noqa: ARG002
        if self.loan == "revoked":
            return Outcome.REPEATED
        if self.loan != "active":
            return Outcome.REJECTED
        self.loan, self.loan_ended = "revoked", self.today
        return Outcome.TAKEN

    def _activation_closed(self, body: Json) -> Outcome:  # noqa: ARG002
        if self.closed:
            return Outcome.REPEATED
        self.closed = True
        return Outcome.TAKEN

    def _submit_representative(self, body: Json) -> Outcome:
        if body["sha256"] == self.representative:
            return Outcome.REPEATED
        self.representative = body["sha256"]
        self.letters += 1
        if self.request is not None and self.observations is not None:
            self.requests += 1
            self.request, self.observations = self.requests, None
        return Outcome.TAKEN

    def _attach_letter(self, body: Json) -> Outcome:
        return self._letter_uploaded(body)

    def _letter_uploaded(self, body: Json) -> Outcome:
        upload_id = body["upload_id"]
        if self.representative is None:
            return Outcome.REJECTED
        if f"upload {upload_id}" in self.seen:
            return Outcome.REPEATED
        self.seen.add(f"upload {upload_id}")
        return Outcome.TAKEN

    def _told_of(self, result: Message) -> None:
        """Take the verdict on a letter once its check is over, and the loan once its evidence is written down."""
        if result.name == "record_acceptance" and self.loan == "owed":
            self.loan = "active"
        if result.name != "check_upload" or result.body is None:
            return
        upload_id = result.body["upload_id"]
        verdict = self.verdicts[upload_id]
        if verdict == "missing":  # it may still come under the same id
            self.seen.discard(f"upload {upload_id}")
        self.uploads.pop(upload_id, None)
        self.uploads[upload_id] = "rejected" if verdict == "missing" else verdict
        if verdict == "accepted" and self.loan in {None, "owed"} and not self._signs(self.today):
            self.loan = "active"

    def _delete_letter(self, body: Json) -> Outcome:  # noqa: ARG002
        if self.attached is None:
            return Outcome.REPEATED
        self.withdrawn |= {each for each, verdict in self.uploads.items() if verdict == "accepted"}
        return Outcome.TAKEN
