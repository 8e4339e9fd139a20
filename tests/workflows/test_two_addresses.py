"""A company and its representative are written to; one of the two addresses does not take the mail."""

from datetime import timedelta

from domain.decisions.mailboxes import REST_AFTER
from tests.support.smtp_servers import Mailbox, serving
from tests.support.world import CaseUnderTest, World

COMPANY, REPRESENTATIVE = "contacto@laespiga.example.com", "maria@laespiga.example.com"


def written_to(mailbox: Mailbox) -> list[list[str]]:
    return [envelope.rcpt_tos for envelope in mailbox.taken]


async def test_who_was_put_off_gets_the_mail_later_and_who_has_it_is_not_written_to_again(empty_world: World) -> None:
    mailbox = Mailbox(answer_to_recipient=lambda to: "451 4.7.1 Greylisted" if to == COMPANY else "250 OK")
    async with serving(mailbox) as port:
        smtp = empty_world.settings.smtp.model_copy(update={"port": port})
        async with empty_world.worker(smtp=smtp):
            case = await lent(empty_world)
            during = await case.settle()
            mailbox.answer_to_recipient = lambda _: "250 OK"
            await case.skip(REST_AFTER[0] + timedelta(minutes=1))
            after = await case.settle()

    assert written_to(mailbox) == [[REPRESENTATIVE], [COMPANY]]
    assert (during["needs_attention"], during["waiting_to_retry"]) == (False, ["tell"])
    assert (after["needs_attention"], after["waiting_to_retry"]) == (False, [])
    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == 1


async def test_a_dead_address_is_shown_to_support_until_it_is_corrected(idle_world: World) -> None:
    mailbox = Mailbox(answer_to_recipient=lambda to: "550 5.1.1 unknown" if to == REPRESENTATIVE else "250 OK")
    async with serving(mailbox) as port:
        smtp = idle_world.settings.smtp.model_copy(update={"port": port})
        async with idle_world.worker(smtp=smtp):
            case = await lent(idle_world)
            shown = await case.settle()
            await case.pay()  # the company takes this mail; that says nothing of the representative's address
            still = await case.settle()
            await case.with_letter(email="maria.nueva@laespiga.example.com")
            corrected = await case.settle()

    assert [(each["kind"], each["subject"]) for each in shown["attention"]] == [("mailbox", "representative")]
    assert "@" not in shown["attention"][0]["text"]
    assert (still["needs_attention"], corrected["needs_attention"]) == (True, False)


async def test_the_first_mail_to_each_address_has_nothing_that_was_typed(idle_world: World) -> None:
    mailbox = Mailbox()
    async with serving(mailbox) as port:
        smtp = idle_world.settings.smtp.model_copy(update={"port": port})
        async with idle_world.worker(smtp=smtp):
            case = await idle_world.start(email=COMPANY, legal_name="Ganaste, llama al banco", written_to=False)
            await case.with_letter(email=REPRESENTATIVE, full_name="Premio Mayor Urgente")
            await case.attach_scan()
            await case.settle()
            await case.pay()
            await case.settle()

    assert written_to(mailbox) == [[COMPANY], [REPRESENTATIVE], [COMPANY, REPRESENTATIVE]]
    *first, later = [f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}" for mail in mailbox.mails]
    for said in first:
        assert "Esta dirección quedó registrada" in said
        assert not [word for word in ("Ganaste", "Premio", "@") if word in said]
    assert "Ganaste" in later


async def lent(world: World) -> CaseUnderTest:
    case = await world.start(email=COMPANY)
    await case.was_written_to(REPRESENTATIVE)
    await case.with_letter(email=REPRESENTATIVE)
    answer = await case.attach_scan()
    assert answer["verdict"] == "accepted", answer["reasons"]
    return case
