"""A notice through everything real: a worker, an object store, an SMTP server."""

import email
import email.policy
import functools
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from activities.failures import FailuresInterceptor
from activities.notices import NoticeActivities
from adapters.s3 import S3Objects
from adapters.smtp import SmtpMailer
from domain.bucket import company_version_key
from domain.notices import NoticeKind, NoticeSent, ProfileRefs, SendNotice
from mails.compose import compose
from stack.mail_sink import MailSink
from tests.support.mails.notices import LETTERHEAD, a_notice


@workflow.defn(sandboxed=False)
class SendTwice:
    @workflow.run
    async def run(self, request: SendNotice) -> list[NoticeSent]:
        return [
            await workflow.execute_activity_method(
                NoticeActivities.send_notice, request, start_to_close_timeout=timedelta(seconds=30)
            )
            for _ in range(2)
        ]


async def test_a_reminder_reaches_the_mailbox_once(temporal: Client, objects: S3Objects, tmp_path: Path):
    company = {"legal_name": "Comercial Andina S.A.S.", "email": "contabilidad@andina.com.co", "city": "Bogotá"}
    data = json.dumps(company).encode()
    sha256 = hashlib.sha256(data).hexdigest()
    objects.put(company_version_key("C1001", sha256), data, "application/json")
    order = SendNotice(notice=a_notice(NoticeKind.LOAN_REMINDER), profiles=ProfileRefs(company_sha256=sha256))
    async with MailSink(tmp_path) as sink:
        notices = NoticeActivities(
            objects=objects,
            compose=functools.partial(compose, letterhead=LETTERHEAD),
            mailer=SmtpMailer(
                host="127.0.0.1",
                port=sink.port,
                starttls=False,
                sender="avisos@lender.example",
                sender_name=LETTERHEAD.lender_name,
                reply_to="ayuda@lender.example",
            ),
            now=lambda: datetime.now(UTC),
            support_mail="soporte@lender.example",
            sender_domain="lender.example",
        )
        with ThreadPoolExecutor(2) as threads:
            async with Worker(
                temporal,
                task_queue="notices",
                workflows=[SendTwice],
                activities=[notices.send_notice],
                activity_executor=threads,
                interceptors=[FailuresInterceptor()],
            ):
                handle = await temporal.start_workflow(SendTwice.run, order, id="send-twice", task_queue="notices")
                first, second = await handle.result()
        (file,) = sink.mails()
    assert (first.repeated, second.repeated) == (False, True)
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "contabilidad@andina.com.co"
    assert mail["Subject"] == "Tu certificado en préstamo vence en 15 días"
    assert "24 de diciembre de 2026" in mail.get_body(("html",)).get_content()
    history = b"".join(event.SerializeToString() for event in (await handle.fetch_history()).events)
    assert b"loan_reminder-1" in history
    assert b"Andina" not in history
    assert b"andina.com.co" not in history
