"""What gives way to newer lines in a case is kept outside, once, and in its order."""

from datetime import timedelta

import pytest

from domain.case.case import Case
from domain.case.earlier import MOST_WAITING_BYTES, PAGE_LINES
from domain.case.rejections import MOST_REJECTED
from domain.case.timeline import MOST_EVENTS
from domain.decisions import reject
from domain.remarks import remark
from tests.support.cases import NOW, Outside, a_case, settle

SEVERAL_PAGES = 3 * PAGE_LINES + 7


def lived(case: Case, numbers: range) -> Case:
    """Return the case after so many events and so many messages that did not count."""
    for number in numbers:
        at = NOW + timedelta(minutes=number)
        case = case.record(at, "billing", "payment_confirmed", reference=f"FV-{number}")
        case = reject(case, f"no_such_{number}", remark("letter_waits"), at)
    return case


def lines_of(case: Case, world: Outside) -> tuple[list[str], list[str]]:
    """Return what is known of payments, and the names of the rejected messages: kept, waiting and carried, in order."""
    events = [each for page, _ in world.pages for each in page] + [*case.earlier.events, *case.timeline]
    rejected = [each for _, page in world.pages for each in page] + [*case.earlier.rejected, *case.rejected]
    payments = [str(each.named["reference"]) for each in events if each.action == "payment_confirmed"]
    return payments, [each.name for each in rejected]


def everything(numbers: range) -> tuple[list[str], list[str]]:
    return [f"FV-{number}" for number in numbers], [f"'no_such_{number}'" for number in numbers]


@pytest.mark.parametrize("settled_every", [1, 10, 1000])
def test_every_line_is_kept_once_whenever_the_store_answers(settled_every: int) -> None:
    world, case, numbers = Outside(), a_case(), range(MOST_EVENTS + SEVERAL_PAGES)
    for number in numbers:
        case = lived(case, range(number, number + 1))
        if number % settled_every == 0:
            case = settle(case, world=world)
    case = settle(case, world=world)

    assert lines_of(case, world) == everything(numbers)
    assert case.earlier.kept == sum(len(events) + len(rejected) for events, rejected in world.pages) > PAGE_LINES
    assert len(case.earlier.events) + len(case.earlier.rejected) < PAGE_LINES


def test_a_page_in_the_making_is_the_same_whatever_comes_meanwhile() -> None:
    world, case = Outside(), lived(a_case(), range(MOST_REJECTED + PAGE_LINES))
    [owed] = case.queue

    world.perform(case, owed.job, NOW)
    world.perform(lived(case, range(MOST_REJECTED + PAGE_LINES, 2 * MOST_EVENTS)), owed.job, NOW)

    assert len(world.pages) == 1


def test_what_waits_while_the_store_is_down_is_bounded_and_what_is_gone_is_counted() -> None:
    numbers = range(2000)
    case = lived(a_case(), numbers)

    waiting = sum(len(each.model_dump_json()) for each in (*case.earlier.events, *case.earlier.rejected))
    assert waiting <= MOST_WAITING_BYTES
    carried = len(case.timeline) + len(case.rejected) + len(case.earlier.events) + len(case.earlier.rejected)
    assert carried + case.earlier.lost == 2 * len(numbers) + len(a_case().timeline)


def test_a_case_under_older_rules_owes_no_keeping() -> None:
    case = lived(a_case().evolve(rules=1), range(MOST_EVENTS))

    assert not case.queue
    assert not case.earlier.rejected


def test_a_carried_case_still_knows_what_waits() -> None:
    case = lived(a_case(), range(MOST_EVENTS + PAGE_LINES))

    assert Case.restored(case.stored()) == case
