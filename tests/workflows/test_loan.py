"""The loan: the representative's data, the letter, the upload, the dates, the end."""

import asyncio
import hashlib
import json
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.bucket import (
    first_acceptance_key,
    flattened_letter_key,
    inbox_key,
    original_key,
    signed_letter_key,
    verdict_key,
)
from domain.calendar import DAY, BusinessCalendar, bogota_date
from domain.case.policy import Policy
from tests.support.cases import bogota
from tests.support.letters.photos import photo, written
from tests.support.world import CaseUnderTest, World


async def test_a_letter_is_issued_for_the_stored_data_and_lies_in_s3(case: CaseUnderTest) -> None:
    answer = await case.with_letter()

    facts = await case.settle()
    assert facts["stage"] == "letter_issued"
    assert {name: facts["letter"][name] for name in answer} == answer
    assert case.world.objects.get(answer["key"]).data.startswith(b"%PDF-")


async def test_the_same_data_again_give_the_same_letter(case: CaseUnderTest) -> None:
    first = await case.with_letter()

    again = await case.with_letter()

    assert again == first


async def test_other_data_of_the_representative_give_another_letter(case: CaseUnderTest) -> None:
    first = await case.with_letter()

    other = await case.with_letter(full_name="Pedro Pérez Gómez")

    assert other["folio"] != first["folio"]


async def test_an_accepted_letter_starts_the_loan_on_the_day_it_came(case: CaseUnderTest) -> None:
    today = bogota_date(await case.now())

    answer = await case.with_loan()

    assert answer["verdict"] == "accepted"
    assert answer["loan"]["starts_on"] == str(today)
    assert answer["loan"]["ends_on"] == str(today + timedelta(days=30))
    facts = await case.settle()
    assert (facts["stage"], facts["entitlement"]) == ("loan_active", "loan")
    assert len(case.mails("loan/started")) == 1


async def test_the_checked_bytes_are_kept_as_evidence(case: CaseUnderTest) -> None:
    await case.with_letter()
    scan = await case.signed()

    upload_id = (await case.attach(scan))["upload_id"]

    objects = case.world.objects
    assert objects.get(signed_letter_key(case.company_id, upload_id)).data == scan
    verdict = json.loads(objects.get(verdict_key(case.company_id, upload_id)).data)
    assert (verdict["verdict"], bool(verdict["measured"])) == ("accepted", True)
    assert objects.get(flattened_letter_key(case.company_id, upload_id)).data.startswith(b"%PDF-")
    first = json.loads(objects.get(first_acceptance_key(case.company_id)).data)
    assert first["upload_id"] == upload_id


async def test_a_later_letter_is_kept_and_moves_no_date(case: CaseUnderTest) -> None:
    before = (await case.with_loan())["loan"]
    await case.skip(timedelta(days=3))

    answer = await case.attach(await case.signed(40))

    assert answer["verdict"] == "accepted"
    assert (answer["loan"]["starts_on"], answer["loan"]["ends_on"]) == (before["starts_on"], before["ends_on"])
    assert len((await case.status())["letter"]["versions"]) == 2


async def test_deleting_the_letter_leaves_the_loan_and_asks_for_another(case: CaseUnderTest) -> None:
    loan = (await case.with_loan())["loan"]

    remains = await case.update("delete_letter")

    assert remains["letter"]["attached"] is None
    assert remains["loan"]["ends_on"] == loan["ends_on"]
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.update("continue_to_test_set")
    assert "attach the signed letter" in str(refused.value.cause)


async def test_continuing_after_a_correct_letter_leads_to_step_3(case: CaseUnderTest) -> None:
    await case.signal("step_completed", step=1)
    await case.with_loan()

    answer = await case.update("continue_to_test_set")

    assert answer["steps"]["current"] == 3
    assert (await case.update("continue_to_test_set"))["steps"] == answer["steps"]


async def test_a_rejected_file_starts_nothing_and_says_what_to_do(case: CaseUnderTest) -> None:
    await case.with_letter()

    answer = await case.attach(b"<html>no es un PDF</html>")

    assert (answer["verdict"], answer["loan"]) == ("rejected", None)
    assert answer["reasons"][0]["code"] == "not_pdf"
    facts = await case.settle()
    assert facts["entitlement"] == "none"
    assert case.world.objects.get(first_acceptance_key(case.company_id)) is None


@pytest.mark.parametrize("extra", [0, 1], ids=["the limit", "a byte more"])
async def test_the_size_limit_is_inclusive(a_world: World, extra: int) -> None:
    case = await a_world.start(Policy(upload_limit_bytes=500_000))
    await case.with_letter()
    scan = await case.signed()
    padded = scan + b"\n" * (500_000 + extra - len(scan))

    answer = await case.attach(padded)

    assert answer["verdict"] == "accepted"
    kept = case.world.objects.get(signed_letter_key(case.company_id, answer["upload_id"]))
    assert kept is not None
    assert kept.size_bytes <= 500_000
    assert (kept.data == padded) is not bool(extra)


async def test_photos_become_the_document_and_are_kept_as_they_came(case: CaseUnderTest) -> None:
    await case.with_letter()
    letter = await case.door.letter(case.company_id)
    pictures = [written(photo(letter, seed=seed), "JPEG") for seed in (7, 8)]

    answer = await case.door.upload_letter(case.company_id, pictures, "representative")

    company_id, upload_id = case.company_id, answer["upload_id"]
    kept = [
        case.world.objects.get(key)
        for key in (
            signed_letter_key(company_id, upload_id),
            *(original_key(company_id, upload_id, part) for part in (1, 2)),
        )
    ]
    document, *originals = [each.data for each in kept if each is not None]
    assert answer["verdict"] == "accepted"
    assert originals == pictures
    assert answer["converted"] == {
        "made_from": "image/jpeg",
        "files": 2,
        "from_bytes": sum(map(len, pictures)),
        "to_bytes": len(document),
    }
    version = (await case.settle())["letter"]["versions"][-1]
    assert version["sha256"] == hashlib.sha256(document).hexdigest()
    assert document.startswith(b"%PDF-")


async def test_an_upload_before_any_letter_is_refused(case: CaseUnderTest) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.attach(b"%PDF-1.7")

    assert "no letter has been issued yet" in str(refused.value.cause)


async def test_a_message_that_overtook_its_file_can_be_sent_again(case: CaseUnderTest) -> None:
    await case.with_letter()
    missing = await case.update("attach_letter", upload_id="late-1")
    data = await case.signed()
    await asyncio.to_thread(case.world.objects.put, inbox_key(case.company_id, "late-1"), data, "application/pdf")

    again = await case.update("attach_letter", upload_id="late-1")

    assert missing["reasons"][0]["code"] == "missing_file"
    assert again["verdict"] == "accepted"


async def test_a_letter_told_by_signal_is_checked_and_a_bad_one_is_answered_by_mail(case: CaseUnderTest) -> None:
    await case.with_letter()

    await case.signal("letter_uploaded", upload_id=await case.upload(b"%PDF-1.7 broken"))

    facts = await case.settle()
    assert facts["letter"]["versions"][0]["verdict"] == "rejected"
    assert len(case.mails("letter/")) == 1


async def test_the_loan_ends_after_its_last_day_and_the_company_is_told(case: CaseUnderTest) -> None:
    await case.with_loan()
    loan = (await case.settle())["loan"]

    await case.skip_to(BusinessCalendar().on_or_after(date.fromisoformat(loan["ends_on"]) + DAY))

    facts = await case.status()
    assert (facts["loan"]["state"], facts["loan"]["ended_on"]) == ("expired", loan["ends_on"])
    assert (facts["stage"], facts["entitlement"]) == ("loan_ended", "none")
    assert len(ends_told(case)) == 1


async def test_a_loan_that_ends_on_a_long_weekend_is_told_to_be_over_when_it_is(a_world: World) -> None:
    case = await a_world.start(begins=bogota("2037-11-26 10:00"))
    await case.with_loan()
    await case.settle()

    await case.skip_to(date(2037, 12, 27))
    last = case.mails("reminder/")[-1]
    before = ends_told(case)
    await case.skip_to(date(2037, 12, 28))

    # 26 December is a Saturday, the 25th a holiday: the milestones of the last day and of the day after are both
    # due on the 24th, and one mail says what is true on that day.
    assert str(last["X-Entity-Ref-ID"]).endswith("reminder/loan/2037-12-26/-1")
    assert last["Subject"].startswith("Tu certificado en préstamo vence en 2 días")
    assert (before, len(ends_told(case))) == ([], 1)


def ends_told(case: CaseUnderTest) -> list[EmailMessage]:
    return [mail for mail in case.mails() if mail["Subject"].startswith("Tu certificado en préstamo venció")]


async def test_a_letter_after_the_loan_changes_nothing(case: CaseUnderTest) -> None:
    await case.with_loan()
    await case.skip(timedelta(days=33))

    answer = await case.attach(await case.signed(60))

    assert (answer["verdict"], answer["loan"]["state"]) == ("accepted", "expired")
    assert (await case.settle())["entitlement"] == "none"


async def test_support_revokes_the_loan(case: CaseUnderTest) -> None:
    await case.with_loan()

    await case.signal("loan_revoked", reason="fraud reported")

    facts = await case.settle()
    assert (facts["loan"]["state"], facts["entitlement"]) == ("revoked", "none")
    assert ("support:ana", "loan_revoked", "fraud reported") in [
        (each["actor"], each["action"], each["reason"]) for each in facts["timeline"]
    ]
    assert len(case.mails("loan/revoked")) == 1
    assert facts["reminders"]["next"] is None


async def test_a_running_case_keeps_the_policy_it_started_under(a_world: World) -> None:
    case = await a_world.start(Policy(loan_days=10, price_cop=100_000, loan_reminder_days=(15, 3)))

    loan = (await case.with_loan())["loan"]

    assert loan["days_left"] == 10
    facts = await case.settle()
    assert facts["payment"]["total_cop"] == 119_000
    assert facts["reminders"]["next"]["days"] == 3
