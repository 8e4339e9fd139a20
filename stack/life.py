"""One company's life as the demonstration tells it: what people do, what time does, what must have come of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from adapters.activations import Activations
from domain.calendar import BOGOTA, BusinessCalendar, bogota_date
from domain.case.policy import Policy
from domain.contract import workflow_id
from domain.errors import ActivaError
from domain.messages.models import CertificateIssued, ContinueToTestSet, Message, PaymentConfirmed, StepCompleted
from domain.profiles.company import Company
from domain.profiles.representative import Representative
from portal.development.signing import sign_and_scan
from stack import case_time

COMPANY: Final = Company.model_validate(
    {
        "company_id": "DEMO1",
        "legal_name": "Panadería La Espiga Dorada S.A.S.",
        "nit": "900156264-2",
        "person_type": "juridica",
        "city": "Bogotá D.C.",
        "address": "Carrera 7 # 32-16, local 4",
        "email": "contabilidad@laespiga.example.com",
    }
)
REPRESENTATIVE: Final = Representative.model_validate(
    {
        "full_name": "Lucía Peñaranda Ibáñez",
        "document_type": "CC",
        "document_number": "52345678",
        "document_city": "Bogotá D.C.",
        "role": "Gerente",
        "email": "gerencia@laespiga.example.com",
        "phone": "300 123 4567",
    }
)
BACKEND, REPRESENTATIVE_BY = "billing", "representative"
SAID: Final = {
    "activation_started": "activation started",
    "letter_issued": "letter issued",
    "letter_accepted": "signed letter accepted",
    "letter_rejected": "letter rejected",
    "loan_started": "loan started",
    "step_completed": "step completed",
    "payment_confirmed": "payment confirmed",
    "certificate_issued": "own certificate registered",
    "loan_replaced": "loan replaced by the own certificate",
    "notice_sent": "mail sent",
    "reminder_sent": "reminder sent",
}


class DemoError(ActivaError):
    """Something did not happen as the product promises."""


def expect(held: bool, what: str) -> None:
    """Raise DemoError unless something held."""
    if not held:
        raise DemoError(what)


class Show:
    """The timeline on the terminal, each line as it happens, at the case's own time in Bogotá."""

    def __init__(self, console: Console) -> None:
        """Print to a console."""
        self._console = console
        self._shown = 0

    def heading(self, text: str) -> None:
        """Print what comes next."""
        self._console.print(f"\n[bold]{text}[/bold]")

    def note(self, text: str) -> None:
        """Print a fact that is no event."""
        self._console.print(f"{'':>22}  {text}", style="dim", highlight=False)

    def events(self, facts: dict[str, Any]) -> None:
        """Print the events of a status that were not printed yet."""
        for event in facts["timeline"][self._shown :]:
            at = datetime.fromisoformat(event["at"]).astimezone(BOGOTA)
            what = SAID.get(event["action"], event["action"].replace("_", " "))
            reason = f" · {event['reason']}" if event["reason"] else ""
            self._console.print(
                f"{at:%a %Y-%m-%d %H:%M:%S}  [green]{what}[/green]{reason} [dim]({event['actor']})[/dim]",
                highlight=False,
            )
        self._shown = len(facts["timeline"])


class Life:
    """One company, taken from event to event."""

    def __init__(self, client: Client, cases: Activations, skipper: TimeSkipper, show: Show) -> None:
        """Drive a case through its door and move its time."""
        self._client = client
        self.cases = cases
        self._skipper = skipper
        self.show = show

    @property
    def _handle(self) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(workflow_id(COMPANY.company_id))

    async def now(self) -> datetime:
        """Return the case's own time, in Bogotá."""
        return (await case_time.now(self._handle)).astimezone(BOGOTA)

    async def signal(self, name: str, message: Message) -> dict[str, Any]:
        """Send a signal and show what it did."""
        await self.cases.signal(COMPANY.company_id, name, message)
        return await self.look()

    async def look(self) -> dict[str, Any]:
        """Show what is new once the case has nothing to do, and return its status."""
        await case_time.until_idle(self._handle)
        facts = await self.cases.status(COMPANY.company_id)
        self.show.events(facts)
        return facts

    async def skip_to(self, day: date, hour: int = 12) -> dict[str, Any]:
        """Move the time to an hour of a day in Bogotá, and show what happened on the way."""
        target = datetime(day.year, day.month, day.day, hour, tzinfo=BOGOTA)
        await case_time.skip(self._skipper, self._handle, target - await self.now())
        return await self.look()

    async def next_reminder(self) -> dict[str, Any]:
        """Move the time just past the next reminder, and check that it fell within the rules."""
        facts = await self.cases.status(COMPANY.company_id)
        planned = datetime.fromisoformat(facts["reminders"]["next"]["at"]).astimezone(BOGOTA)
        within = BusinessCalendar().next_opening(planned) == planned
        expect(within, f"a reminder is planned outside business hours: {planned}")
        return await self.skip_to(planned.date(), 20)

    async def report_steps(self, steps: Sequence[int]) -> None:
        """Let the billing backend report steps as done."""
        for step in steps:
            await self.signal("step_completed", StepCompleted(step=step, by=BACKEND))


async def live(life: Life, folder: Path) -> None:
    """Take the company from its start to its renewed certificate; letter and scan are left in the folder."""
    await _start(life)
    await _borrow(life, folder)
    await _be_reminded(life)
    ends_on = await _buy(life)
    await _renew(life, ends_on)


async def _start(life: Life) -> None:
    life.show.heading("1 · The billing backend starts the activation")
    expect((await life.cases.start(COMPANY, Policy())).started, "the case did not start")
    quote = (await life.look())["payment"]
    price = f"{quote['price_cop']} + IVA {quote['iva_cop']} = {quote['total_cop']} pesos"
    await life.report_steps([1])
    life.show.note(f"not paid; own certificate for {quote['validity_days']} days: {price}")


async def _borrow(life: Life, folder: Path) -> None:
    life.show.heading("2 · The legal representative signs the letter, and the loan starts")
    cases, company_id = life.cases, COMPANY.company_id
    issued = await cases.submit_representative(company_id, REPRESENTATIVE, REPRESENTATIVE_BY)
    letter = await cases.letter(company_id)
    signed = sign_and_scan(letter)
    (folder / "letter.pdf").write_bytes(letter)
    (folder / "signed-letter.pdf").write_bytes(signed)
    await life.look()
    life.show.note(f"letter {issued['folio']} downloaded, signed by hand, scanned: {len(signed) // 1024} KB")
    unsigned = await cases.upload_letter(company_id, [sign_and_scan(letter, signed=False)], REPRESENTATIVE_BY)
    expect(unsigned["verdict"] != "accepted" and unsigned["loan"] is None, f"the letter without ink was {unsigned}")
    await life.look()
    life.show.note(f"without a signature: {unsigned['reasons'][0]['message']}")
    verdict = await cases.upload_letter(company_id, [signed], REPRESENTATIVE_BY)
    expect(verdict["verdict"] == "accepted", f"the signed letter was {verdict}")
    facts = await life.look()
    expect(facts["entitlement"] == "loan", "the loan does not sign")
    loan = facts["loan"]
    life.show.note(
        f"loan from {loan['starts_on']} to {loan['ends_on']}; to be safe, buy by its last safe purchase date"
    )
    life.show.note(f"last safe purchase date: {loan['last_safe_purchase_on']}")
    await cases.update(company_id, "continue_to_test_set", ContinueToTestSet(by=REPRESENTATIVE_BY))
    await life.report_steps([3])


async def _be_reminded(life: Life) -> None:
    life.show.heading("3 · The loan runs, and the company is reminded to buy")
    await life.next_reminder()
    facts = await life.next_reminder()
    expect([each["days"] for each in facts["reminders"]["sent"]] == [15, 7], "two reminders should have been sent")


async def _buy(life: Life) -> date:
    life.show.heading("4 · The company buys, and its own certificate replaces the loan")
    await _pay(life, "FV-77")
    await life.report_steps([4, 5, 6])
    begins = bogota_date(await life.now()) + timedelta(days=2)
    ends = begins + timedelta(days=365)
    await life.skip_to(begins)
    facts = await _issue(life, "4A:01", begins, ends)
    expect((facts["entitlement"], facts["loan"]["state"]) == ("own", "replaced"), "the loan was not replaced")
    life.show.note(f"own certificate active from {begins} to {ends}")
    return ends


async def _renew(life: Life, ends_on: date) -> None:
    life.show.heading("5 · A year passes; the renewal is remembered, paid and issued")
    await life.next_reminder()
    facts = await life.next_reminder()
    await life.skip_to(ends_on - timedelta(days=25))
    expect(facts["entitlement"] == "own", "the certificate should still sign")
    await _pay(life, "FV-912")
    renewed_until = ends_on + timedelta(days=366)
    await life.skip_to(ends_on - timedelta(days=20))
    await _issue(life, "4A:02", ends_on + timedelta(days=1), renewed_until)
    facts = await life.skip_to(ends_on + timedelta(days=3))
    expect((facts["entitlement"], facts["entitlement_until"]) == ("own", str(renewed_until)), "not renewed")
    expect(not facts["needs_attention"], f"attention: {facts['attention']}")
    life.show.note(f"renewed: signs with its own certificate until {renewed_until}")


async def _pay(life: Life, reference: str) -> None:
    payment = PaymentConfirmed(reference=reference, amount_cop=Policy().total_cop, by=BACKEND)
    await life.signal("payment_confirmed", payment)


async def _issue(life: Life, serial: str, valid_from: date, valid_until: date) -> dict[str, Any]:
    certificate = CertificateIssued(serial=serial, valid_from=valid_from, valid_until=valid_until, by=BACKEND)
    return await life.signal("certificate_issued", certificate)
