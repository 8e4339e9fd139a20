"""The local mail server, spoken to over real SMTP."""

import asyncio
import email
import email.policy
import signal
import smtplib
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from stack.mail_sink import MailSink

ROOT = Path(__file__).parents[2]


def a_mail(reference: str | None = "C1001/loan-reminder-7", subject: str = "Su préstamo vence") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "avisos@lender.example"
    message["To"] = "maria.perez@example.co"
    message["Subject"] = subject
    if reference:
        message["X-Entity-Ref-ID"] = reference
    message.set_content("Buen día.\n.\nUna línea que empieza con punto.\n")
    return message


def listed(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def deliver(sink: MailSink, message: EmailMessage) -> None:
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.port, start_tls=False)


async def test_a_mail_is_kept_as_it_was_sent(tmp_path: Path):
    async with MailSink(tmp_path / "made" / "mails") as sink:
        await deliver(sink, a_mail())
        (file,) = sink.mails()
    kept = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert kept["Subject"] == "Su préstamo vence"
    assert kept.get_content().splitlines() == ["Buen día.", ".", "Una línea que empieza con punto."]


async def test_the_file_is_named_by_its_reference_and_nothing_personal(tmp_path: Path):
    async with MailSink(tmp_path) as sink:
        await deliver(sink, a_mail(subject="Distribuidora Pérez"))
        await deliver(sink, a_mail(reference=None))
        named, unnamed = (file.name for file in sink.mails())
    assert named.endswith("-C1001-loan-reminder-7.eml")
    assert unnamed.endswith("-mail.eml")
    assert "rez" not in named


async def test_a_reference_cannot_leave_the_folder(tmp_path: Path):
    async with MailSink(tmp_path / "mails") as sink:
        await deliver(sink, a_mail(reference="../../etc/passwd"))
        assert len(sink.mails()) == 1
    assert listed(tmp_path) == ["mails"]


async def test_mails_sent_at_once_are_all_kept_and_whole(tmp_path: Path):
    async with MailSink(tmp_path) as sink:
        await asyncio.gather(*(deliver(sink, a_mail(f"C{number}/n")) for number in range(20)))
        names = {email.message_from_bytes(file.read_bytes())["X-Entity-Ref-ID"] for file in sink.mails()}
    assert {f"C{number}/n" for number in range(20)} == names
    assert len(listed(tmp_path)) == 20


async def test_a_disk_that_fails_answers_451_and_leaves_no_part_behind(tmp_path: Path):
    said = []
    async with MailSink(tmp_path / "mails", report=said.append) as sink:
        (tmp_path / "mails").rmdir()
        with pytest.raises(aiosmtplib.SMTPDataError) as caught:
            await deliver(sink, a_mail())
        (tmp_path / "mails").mkdir()
        assert sink.mails() == []
        await deliver(sink, a_mail())
    assert caught.value.code == 451
    assert said == ["refused: ENOENT", "C1001/loan-reminder-7"]


async def test_stopping_cuts_off_who_is_still_talking(tmp_path: Path):
    async with MailSink(tmp_path) as sink:
        reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
        assert (await reader.readline()).startswith(b"220")
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_says_when_it_is_ready_names_each_mail_and_stops_on_a_signal(tmp_path: Path, stop):
    command = [sys.executable, "-m", "stack.mail_sink", "--port", "0", "--folder", tmp_path]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        ready = (await process.stdout.readline()).decode()
        assert ready.startswith("mail sink ready on 127.0.0.1:")
        with smtplib.SMTP("127.0.0.1", int(ready.rpartition(":")[2])) as server:
            server.send_message(a_mail())
        assert (await process.stdout.readline()).decode() == "mail C1001/loan-reminder-7\n"
        process.send_signal(stop)
        assert await process.stdout.read() == b""
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert len(listed(tmp_path)) == 1
