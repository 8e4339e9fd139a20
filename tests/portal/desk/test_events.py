"""What the billing backend was told, and sending it again."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from stack.mail_sink import MailSink
from tests.support.portal.visiting import site_over, text_of
from tests.support.receiver import Receiver, receiving
from tests.support.world import World, world_of_its_own


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving(Receiver()) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def told_world(tmp_path: Path, moto_url: str, mail_sink: MailSink, receiver: Receiver) -> AsyncIterator[World]:
    """A world whose worker tells events."""
    async with (
        world_of_its_own(tmp_path / "temporal", moto_url, mail_sink) as made,
        made.worker(webhooks=receiver.settings),
    ):
        yield made


async def test_an_event_is_seen_at_the_desk_and_sent_again_under_the_same_id(
    told_world: World, receiver: Receiver, tmp_path: Path
) -> None:
    case = await told_world.start()
    await case.with_loan()
    await receiver.told(case.company_id, "loan.started")
    await case.settle()
    async with site_over(told_world, tmp_path).visitor(case) as desk:
        await desk.enter(role="soporte", sub="ana")
        path = f"/soporte/casos/{case.company_id}"
        assert f'href="{path}/eventos"' in (await desk.get(path)).text
        page = await desk.get(f"{path}/eventos")
        assert "letter.accepted" in text_of(page)
        [resend] = re.findall(
            rf'href="({path}/evento\?event=evt_[0-9a-f]+)">Reenviar<span class="sr"> loan.st', page.text
        )
        event = resend.rpartition("=")[2]
        assert f'value="{event}"' in (await desk.get(resend)).text
        before = len(receiver.requests_of(case.company_id))
        done = await desk.post(f"{path}/evento", event=event, reason="No lo vieron.", confirmado="1")
        assert done.headers["location"] in {f"{path}?hecho=si", f"{path}?hecho=espera"}
    await case.settle()
    sent = [each["id"] for each in receiver.of(case.company_id) if each["type"] == "loan.started"]
    assert set(sent) == {event}
    assert len(receiver.requests_of(case.company_id)) > before
