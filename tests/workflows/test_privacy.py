"""No personal datum reaches Temporal or a log, on any path, a failing one included."""

import base64
import json
import logging
import re
from datetime import timedelta

import pytest

from stack.probes import free_port
from tests.support import builders
from tests.support.canaries import COMPANY, REPRESENTATIVE, found_in
from tests.support.receiver import Receiver, receiving
from tests.support.world import World

TYPED = "RUT does not match"
"""What a person types may stand in Temporal, but in no event."""
SERVERS_OF_THE_TESTS = {"mail.debug", "mail.log"}


def everything_in(history_json: str) -> str:
    """Return a history with every payload and escape decoded."""
    parts = [history_json, history_json.encode().decode("unicode_escape", "replace")]
    for text in re.findall(r'"data":\s*"([A-Za-z0-9+/=]+)"', history_json):
        decoded = base64.b64decode(text).decode("utf-8", "replace")
        parts += [decoded, json.dumps(decoded), decoded.encode().decode("unicode_escape", "replace")]
    return "\n".join(parts)


@pytest.mark.parametrize("mail_works", [True, False])
async def test_no_personal_datum_in_history_search_attributes_memo_or_logs(
    idle_world: World, mail_works: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    smtp = idle_world.settings.smtp
    if not mail_works:
        smtp = smtp.model_copy(update={"port": free_port()})
    async with receiving(Receiver()) as receiver, idle_world.worker(smtp=smtp, webhooks=receiver.settings):
        case = await idle_world.start(**COMPANY)
        await case.with_letter(**REPRESENTATIVE)
        await case.attach(b"%PDF-1.7 broken Zoraida")
        await case.attach_scan()
        # A mail that fails is tried every hour, and one skip of time passes 200 timers at most.
        await case.skip(timedelta(days=17) if mail_works else timedelta(hours=3))
        await case.signal("letter_reviewed", decision="accept", reason=TYPED)
        await case.pay()
        await case.signal("certificate_rejected", observations=TYPED)
        await case.settle()
        await case.issue_certificate()
        await receiver.told(case.company_id, "loan.ended")
        await case.signal("webhook_requested", event=receiver.of(case.company_id)[1]["id"], reason=TYPED)
        await case.settle()
        status = json.dumps(await case.status(), ensure_ascii=False)
        details = await case.details()

    described = await case.handle.describe()
    history = everything_in((await case.handle.fetch_history()).to_json())
    assert len(history) > 10_000
    assert found_in(history) == []
    assert found_in(status + details) == []
    assert found_in(str(described.raw_description)) == []
    logged = {record.name for record in caplog.records if found_in(record.getMessage() + str(record.exc_info))}
    assert logged - SERVERS_OF_THE_TESTS == set()
    assert len(case.mails()) >= 5 if mail_works else case.mails() == []
    said = "\n".join(f"{headers} {body.decode()}" for headers, body in receiver.requests_of(case.company_id))
    assert {"letter.rejected", "letter.accepted", "loan.started", "certificate.active", "loan.ended"} <= {
        *receiver.types(case.company_id)
    }
    assert found_in(everything_in(said)) == []
    assert TYPED not in said
    assert not any(receiver.secret in text for text in (history, status, details, said))
    assert not any(receiver.secret in record.getMessage() for record in caplog.records)


def test_the_canaries_would_be_found() -> None:
    payload = base64.b64encode(json.dumps({"name": REPRESENTATIVE["full_name"]}).encode()).decode()
    history = json.dumps({"payloads": [{"data": payload}]})

    assert "Zoraida" in found_in(everything_in(history))
    assert builders.company(**COMPANY).nit in found_in(everything_in(json.dumps({"x": COMPANY["nit"]})))
