"""One company's life: messages in any order, repeated, late and hostile, sent until somebody has taken them."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode

from adapters import profiles
from domain.bucket import inbox_key
from domain.calendar import BOGOTA
from domain.case.policy import Policy
from domain.contract import workflow_id
from domain.decisions.reminding import REMINDER_JOB
from domain.errors import ActivaError, CaseNotFoundError, NotAllowedNowError, RefusedError
from domain.messages.models import AttachLetter, ContinueToTestSet, DeleteLetter, SubmitRepresentative, VerifyPayment
from portal.development.signing import sign_and_scan
from stack import case_time
from tests.support import builders
from tests.support.faults.model import TOTAL_COP
from tests.support.world import CaseUnderTest, Json, World

T = TypeVar("T")
PAUSE_SECONDS = 1.0
WITHIN = timedelta(seconds=20)
TURN_SECONDS = 90
"""How long one try of a step may take before it is made again."""
HOSTILE: list[tuple[str, list[tuple[bytes, bytes]]]] = [
    ("payment_confirmed", []),
    ("payment_confirmed", [(b"json/plain", b'{"hostile": 1, "by": "x", "reference": "FV-1", "amount_cop": 297500}')]),
    ("nobody_knows_this", [(b"binary/plain", b"\x00\xff")]),
    ("certificate_issued", [(b"json/plain", b"[" * 5_000)]),
    ("step_completed", [(b"foo", b"{}"), (b"json/plain", b"1")]),
    ("loan_revoked", [(b"binary/encrypted", b"x" * 50)]),
    ("activation_closed", [(b"json/plain", b'{"hostile": true, "reason": "x"}')]),
]


def waits(facts: Json) -> bool:
    """Tell whether a case is to try something again within the hour."""
    return bool(facts["waiting_to_retry"] or facts["webhooks"]["waiting"])


@dataclass
class Life:
    """A company that is started, told, skipped through time and left at rest."""

    world: World
    company_id: str
    chance: random.Random
    letters: bool
    """Whether it ever signs a letter: that costs seconds of CPU."""
    post: Callable[[str, Json], Awaitable[int]]
    """To the billing API."""
    on_step: Callable[[], None] = lambda: None
    verdicts: dict[str, str] = field(default_factory=dict)
    doing: str = "not begun"
    sent: list[tuple[str, Json]] = field(default_factory=list)
    closed: bool = False
    ended: bool = False
    retries: int = 0

    @property
    def case(self) -> CaseUnderTest:
        return CaseUnderTest(self.world, self.company_id)

    async def live(self) -> None:
        """Go through the life, and return once nothing is left to be done or tried again."""
        await self._step("start", self._start)
        for _ in range(self.chance.randint(5, 11)):
            name, step = self.chance.choice(self._steps())
            await self._step(name, step)
            if self.closed:
                break
        await self._step("settle", self.settle)
        self.doing, self.ended = "ended", True
        self.on_step()

    async def _step(self, name: str, step: Callable[[], Awaitable[object]]) -> None:
        self.doing = name
        try:
            await step()
        except CaseNotFoundError:
            self.closed = True
        self.on_step()

    def _steps(self) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        steps: list[tuple[str, Callable[[], Awaitable[object]]]] = [
            ("pay", self._pay),
            ("pay", self._pay),
            ("certificate", self._certificate),
            ("observe", self._observe),
            ("withdraw", self._withdraw),
            ("step", self._completed),
            ("step", self._completed),
            ("mute", self._mute),
            ("revoke", self._revoke),
            ("hostile", self._hostile),
            ("again", self._again),
            ("again", self._again),
            ("ask", self._ask),
            ("continue", self._continue),
            ("representative", self._represent),
            ("delete", self._delete),
            ("skip", self._skip),
            ("skip", self._skip),
        ]
        if self.letters:
            steps += [("letter", self._letter)] * 4
        if self.chance.random() < 0.2:
            steps.append(("close", self._close))
        return steps

    # What is sent.

    async def _start(self) -> None:
        company = builders.company(company_id=self.company_id, email=f"{self.company_id.lower()}@example.co")
        door = self.case.door
        await self._insist(lambda: door.start(company, Policy()))
        await self._insist(self._opened)
        if self.world.begins is not None:
            begins = self.world.begins
            await self._insist(lambda: self._moved_to(begins))

    async def _opened(self) -> None:
        while not (await self.case.status())["timeline"]:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.2)

    async def _pay(self) -> None:
        amount = self.chance.choice([TOTAL_COP, TOTAL_COP, 5])
        payment = {"reference": f"FV-{self.chance.randint(1, 3)}", "amount_cop": amount}
        if self.chance.random() < 0.5:
            await self._signal("payment_confirmed", by="billing", **payment)
        else:
            self.sent.append(("payment_confirmed", {"by": "billing", **payment}))
            await self._insist(lambda: self.post(f"/activations/{self.company_id}/payments", payment))

    async def _certificate(self) -> None:
        today = (await self._insist(self.case.now)).astimezone(BOGOTA).date()
        first = today + timedelta(days=self.chance.choice([0, 0, 3, 20]))
        last = first + timedelta(days=self.chance.choice([365, 365, 40, -50, 4000]))
        serial = self.chance.choice(["5A", "5B", "5C"])
        await self._signal(
            "certificate_issued", by="billing", serial=serial, valid_from=str(first), valid_until=str(last)
        )

    async def _observe(self) -> None:
        text = self.chance.choice(["the RUT is old", "the name differs"])
        await self._signal("certificate_rejected", by="billing", observations=text)

    async def _withdraw(self) -> None:
        serial = self.chance.choice(["5A", "5B", "5C"])
        await self._signal("certificate_withdrawn", by="support:ana", serial=serial, reason="by mistake")

    async def _completed(self) -> None:
        await self._signal("step_completed", by="billing", step=self.chance.randint(1, 6))

    async def _mute(self) -> None:
        until = f"20{self.chance.randint(35, 40)}-0{self.chance.randint(1, 9)}-15"
        await self._signal("reminders_muted", by="support:ana", until=until, reason="asked for it")

    async def _revoke(self) -> None:
        if self.chance.random() < 0.4:
            await self._signal("loan_revoked", by="support:ana", reason="fraud reported")

    async def _close(self) -> None:
        await self._signal("activation_closed", by="support:ana", reason="the company left")

    async def _again(self) -> None:
        """Send something that was sent before, however late."""
        if self.sent:
            name, body = self.chance.choice(self.sent)
            await self._signal(name, **body)

    async def _hostile(self) -> None:
        name, arguments = self.chance.choice(HOSTILE)
        raw = [RawValue(Payload(metadata={"encoding": encoding}, data=data)) for encoding, data in arguments]
        await self._insist(lambda: self.case.handle.signal(name, args=raw, rpc_timeout=WITHIN))

    async def _ask(self) -> None:
        await self._update("verify_payment", VerifyPayment(by="representative"))

    async def _continue(self) -> None:
        await self._update("continue_to_test_set", ContinueToTestSet(by="representative"))

    async def _delete(self) -> None:
        await self._update("delete_letter", DeleteLetter(by="representative"))

    async def _represent(self) -> None:
        person = builders.representative(full_name=self.chance.choice(["Ana Ruiz Gómez", "Pedro Pérez Gómez"]))
        objects = self.world.objects
        sha256 = await self._insist(
            lambda: asyncio.to_thread(profiles.store_representative, objects, self.company_id, person, None)
        )
        await self._update("submit_representative", SubmitRepresentative(sha256=sha256, by="representative"))

    async def _letter(self) -> None:
        """Sign the letter that waits and send it, whole or not, by one door or the other; wait for the verdict."""
        if (await self._insist(self.case.status))["letter"]["folio"] is None:
            await self._represent()
        kind = self.chance.choice(["accepted", "accepted", "accepted", "rejected", "missing"])
        upload_id = uuid.UUID(int=self.chance.getrandbits(128)).hex
        self.verdicts[upload_id] = kind
        if kind != "missing":
            pdf = b"%PDF-1.7 broken"
            if kind == "accepted":
                letter = await self._insist(lambda: self.case.door.letter(self.company_id))
                pdf = await asyncio.to_thread(sign_and_scan, letter, self.chance.randint(1, 10**6))
            key, objects = inbox_key(self.company_id, upload_id), self.world.objects
            await self._insist(lambda: asyncio.to_thread(objects.put, key, pdf, "application/pdf"))
        if self.chance.random() < 0.5:
            await self._update("attach_letter", AttachLetter(upload_id=upload_id, by="representative"))
        else:
            await self._signal("letter_uploaded", by="billing", upload_id=upload_id)
        await self._insist(lambda: self._judged(upload_id))

    async def _judged(self, upload_id: str) -> None:
        while upload_id not in {each["upload_id"] for each in (await self.case.status())["letter"]["versions"]}:
            await self._time_to_try_again()

    async def _skip(self) -> None:
        now = await self._insist(self.case.now)
        target = now + timedelta(days=self.chance.choice([1, 2, 5, 12, 35, 200]))
        await self._insist(lambda: self._moved_to(target))

    async def _moved_to(self, target: Any) -> None:
        while (ahead := target - await self.case.now()) > timedelta(minutes=5):
            await self.case.skip(ahead)

    async def settle(self) -> None:
        """Return once nothing is under way, nothing waits to be tried again, and no event waits."""
        await self._insist(self._settled)

    async def _settled(self) -> None:
        half_days_left = 10  # a reminder is tried again on the next business day, after five days at the most
        while True:
            if (await self.case.handle.describe()).close_time is not None:
                return
            await case_time.until_idle(self.case.handle)
            facts = await self.case.status()
            if waits(facts):
                await self._time_to_try_again()
            elif half_days_left and REMINDER_JOB in [
                each["subject"] for each in facts["attention"] if each["kind"] == "failing"
            ]:
                half_days_left -= 1
                await self.case.skip(timedelta(hours=12))
            else:
                return

    async def _time_to_try_again(self) -> None:
        """Let an hour pass where the case waits for its next try, else a moment of ours."""
        if waits(await self.case.status()):
            await self.case.skip(timedelta(minutes=61))
        await asyncio.sleep(PAUSE_SECONDS)

    # How it is sent.

    async def _signal(self, name: str, **body: object) -> None:
        self.sent.append((name, dict(body)))
        await self._insist(lambda: self.case.handle.signal(name, dict(body), rpc_timeout=WITHIN))

    async def _update(self, name: str, message: Any) -> None:
        await self._insist(lambda: self.case.door.update(self.company_id, name, message, within=WITHIN))

    async def _insist(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do it until somebody has answered; an answer may be no."""
        while True:
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    return await act()
            except (NotAllowedNowError, RefusedError):
                return None  # type: ignore[return-value]
            except CaseNotFoundError:
                raise
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND and workflow_id(self.company_id) is not None:
                    raise CaseNotFoundError(self.company_id) from None
                self.doing = f"{self.doing.partition(':')[0]}: {error.status.name} {error.message[:80]}"
            except (ActivaError, TimeoutError, OSError, RuntimeError, WorkflowUpdateFailedError) as error:
                self.doing = f"{self.doing.partition(':')[0]}: {type(error).__name__} {str(error)[:80]}"
            self.retries += 1
            await asyncio.sleep(PAUSE_SECONDS)
