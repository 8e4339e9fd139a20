"""The order for a mail is short at the first try, and at any other one what the release before reads."""

import pytest
from pydantic import ValidationError

from adapters.temporal import data_converter
from domain.model import Model
from domain.notices import BriefSendNotice, Notice, NoticeKind, ProfileRefs, SendNotice
from domain.reason import Reason
from tests.support.cases import NOW, a_case, with_loan
from workflows.jobs import mail_order

CASE = with_loan(a_case())
REASON = Reason(code="blurred", message="La foto está movida.")


class SendNoticeBefore(Model):
    """As the release before reads it."""

    notice: Notice
    profiles: ProfileRefs


@pytest.mark.parametrize("reasons", [(), (REASON,)], ids=["ends early", "every field"])
@pytest.mark.parametrize("representative_sha256", [None, "0f" * 32])
async def test_a_short_order_says_the_same(reasons: tuple[Reason, ...], representative_sha256: str | None) -> None:
    notice = Notice(company_id="C1", key="loan/started", kind=NoticeKind.LOAN_STARTED, ends_on=NOW.date())
    case = CASE.evolve(representative_sha256=representative_sha256)
    notice = notice.model_copy(update={"reasons": reasons})

    long, short = (mail_order(case, notice, failures) for failures in (1, 0))

    payloads = await data_converter().encode([long, short])
    said = await data_converter().decode(payloads, [SendNotice, SendNotice])
    assert isinstance(short, BriefSendNotice)
    assert len(payloads[1].data) < len(payloads[0].data) * 0.7
    assert said[0] == said[1]
    assert said[0].notice == notice


async def test_the_release_before_refuses_the_short_order_and_reads_the_next_one() -> None:
    notice = Notice(company_id="C1", key="loan/started", kind=NoticeKind.LOAN_STARTED)
    long, short = (mail_order(CASE, notice, failures) for failures in (1, 0))

    payloads = await data_converter().encode([long, short])

    with pytest.raises(ValidationError):
        await data_converter().decode([payloads[1]], [SendNoticeBefore])
    assert await data_converter().decode([payloads[0]], [SendNoticeBefore])
