"""A mail server that hangs holds up nothing that a person waits for, and no message."""

import asyncio
import functools

import pytest

import worker
from adapters.smtp import SmtpMailer
from tests.support.smtp_servers import Mailbox, serving
from tests.support.world import World


async def test_a_person_is_answered_while_a_mail_hangs(empty_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SmtpMailer", functools.partial(SmtpMailer, data_seconds=200))
    mailbox = Mailbox(hang_after_data=asyncio.Event())
    assert mailbox.hang_after_data is not None
    async with serving(mailbox) as port:
        smtp = empty_world.settings.smtp.model_copy(update={"port": port})
        async with empty_world.worker(smtp=smtp):
            case = await empty_world.start()
            await case.pay()
            await asyncio.wait_for(mailbox.arrived.wait(), 60)

            letter = await case.with_letter()
            verdict = await case.attach_scan()
            await case.signal("step_completed", step=1)
            during = await case.status()
            mailbox.hang_after_data.set()
            after = await case.settle()

    assert (letter["folio"][:3], verdict["verdict"], during["entitlement"]) == ("AC-", "accepted", "loan")
    assert during["steps"]["completed"] == [1]
    assert [each["action"] for each in during["timeline"] if each["action"].startswith("notice")] == []
    assert (after["needs_attention"], after["waiting_to_retry"]) == (False, [])
    told = [str(mail["X-Entity-Ref-ID"]).split("/", 1)[1] for mail in mailbox.mails]
    assert [each.split("/")[0] for each in told] == ["payment", "loan"]
