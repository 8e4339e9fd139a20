"""What a case no longer carries lies in the bucket, page by page."""

from itertools import chain

from domain.bucket import earlier_prefix
from domain.case.earlier import PAGE_LINES
from domain.case.rejections import MOST_REJECTED
from domain.views.earlier import EarlierPage
from tests.support.world import CaseUnderTest

SENT = MOST_REJECTED + PAGE_LINES + 7


async def test_every_signal_that_did_not_count_is_still_known(case: CaseUnderTest) -> None:
    for number in range(SENT):
        await case.handle.signal(f"no_such_{number:03}", {"by": "billing"})
    facts = await case.settle()

    objects = case.world.objects
    found = (objects.get(key) for key, _ in objects.list(earlier_prefix(case.company_id)))
    pages = [EarlierPage.model_validate_json(each.data) for each in found if each is not None]
    kept = [each.name for each in chain.from_iterable(page.rejected_signals for page in pages)]
    carried = [each["name"] for each in facts["rejected_signals"]]
    assert facts["rejected_signals_count"] == SENT
    assert facts["earlier_lines"] == len(kept) >= PAGE_LINES
    assert kept + carried == [f"'no_such_{number:03}'" for number in range(SENT)]
