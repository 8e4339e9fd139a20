"""Letters that take long to check hold up no other step, and companies take turns."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import worker
from adapters.activations import Activations
from adapters.imports import BEHIND
from domain.case.policy import Policy
from domain.letter.examination import Examination, LetterOnRecord, Verdict
from letters.reasons import because
from settings import WorkerLimits
from tests.support import builders
from tests.support.world import CaseUnderTest, World

MANY = WorkerLimits().activity_slots
LETTER_SLOTS = WorkerLimits().letter_slots
LIMIT_SECONDS = 120


class Slow:
    """An examiner that refuses each letter, once it is let."""

    def __init__(self) -> None:
        self.began: list[str] = []
        """The companies whose letters it has taken up, in order."""
        self._let: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def examine(self, files: Sequence[bytes], size_bytes: int, letter: LetterOnRecord) -> Examination:  # noqa: ARG002
        company_id = letter.content.company.company_id
        self.began.append(company_id)
        assert self._let[company_id].wait(LIMIT_SECONDS)
        return Examination(verdict=Verdict.REJECTED, reasons=(because("unreadable"),))

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:  # noqa: ARG002
        return None

    def finish(self, *cases: CaseUnderTest) -> None:
        """Let the letters of these companies pass from now on."""
        for case in cases:
            self._let[case.company_id].set()


def worker_with(world: World, examiner: Slow) -> AbstractAsyncContextManager[object]:
    return worker.working(world.client, worker.activities(world.objects, examiner, world.settings), world.settings)


async def with_letter(world: World) -> CaseUnderTest:
    case = await world.start()
    await case.with_letter()
    return case


async def upload(case: CaseUnderTest) -> None:
    """Upload a letter, and return once its check waits or runs."""
    await case.signal("letter_uploaded", upload_id=await case.upload(b"%PDF-1.4"))
    async with asyncio.timeout(LIMIT_SECONDS):
        while not await checks(case):  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)


async def checks(case: CaseUnderTest) -> int:
    """Return how many checks of a company's letters wait or run."""
    pending = (await case.handle.describe()).raw_description.pending_activities
    return [each.activity_type.name for each in pending].count("check_upload")


async def test_twenty_letters_that_take_long_delay_no_mail(empty_world: World) -> None:
    examiner = Slow()
    async with worker_with(empty_world, examiner):
        cases = await asyncio.gather(*(with_letter(empty_world) for _ in range(MANY)))
        other = await empty_world.start()
        await other.settle()
        await asyncio.gather(*map(upload, cases))

        await other.pay()
        facts = await asyncio.wait_for(other.settle(), LIMIT_SECONDS / 2)

        async with asyncio.timeout(LIMIT_SECONDS):
            while len(examiner.began) < LETTER_SLOTS:  # noqa: ASYNC110  # they are threads
                await asyncio.sleep(0.05)
        during, told = len(examiner.began), other.mails("payment")
        examiner.finish(*cases)
        after = await asyncio.gather(*(case.settle() for case in cases))

    assert (facts["payment"]["paid"], len(told)) == (True, 1)
    assert during == LETTER_SLOTS
    assert sorted(examiner.began) == sorted(case.company_id for case in cases)
    assert [each["verdict"] for facts in after for each in facts["letter"]["versions"]] == ["rejected"] * MANY


async def test_a_company_with_many_letters_takes_one_slot_and_leaves_the_others(empty_world: World) -> None:
    examiner = Slow()
    async with worker_with(empty_world, examiner):
        eager, *others = [await with_letter(empty_world) for _ in range(4)]
        for _ in range(4):
            await upload(eager)
        examiner.finish(*others)
        await asyncio.gather(*map(upload, others))
        after = await asyncio.wait_for(asyncio.gather(*(case.settle() for case in others)), LIMIT_SECONDS / 2)

        still_running, during = await checks(eager), examiner.began.copy()
        examiner.finish(eager)
        letters = (await eager.settle())["letter"]["versions"]

    assert [each["verdict"] for facts in after for each in facts["letter"]["versions"]] == ["rejected"] * 3
    assert (still_running, during.count(eager.company_id), len(during)) == (1, 1, 4)
    assert [each["verdict"] for each in letters] == ["rejected"] * 4


async def test_an_imported_companys_letter_is_checked_in_its_turn(empty_world: World) -> None:
    """Its other steps stay behind those of companies that somebody waits for."""
    company = builders.company(company_id="Imported")
    async with empty_world.worker():
        await Activations(empty_world.skipper.client, empty_world.objects).start(company, Policy(), priority=BEHIND)
        case = CaseUnderTest(empty_world, company.company_id)
        await case.with_loan()

    events = (await case.handle.fetch_history()).events
    scheduled = [each.activity_task_scheduled_event_attributes for each in events]
    kept = {each.activity_type.name: each.priority.priority_key for each in scheduled if each.activity_id}
    assert (kept["check_upload"], kept["issue_letter"]) == (3, 0)
