"""A doubtful letter goes to a person, who decides; then it counts from the day it came."""

from datetime import timedelta

from domain.bucket import first_acceptance_key
from tests.support.workflows.doubtful import attach_doubtful
from tests.support.world import CaseUnderTest, World


async def test_a_doubtful_letter_waits_for_a_person_and_support_is_told(case: CaseUnderTest) -> None:
    await attach_doubtful(case)

    facts = await case.settle()
    assert (facts["stage"], facts["entitlement"], facts["needs_attention"]) == ("letter_under_review", "none", True)
    assert facts["letter"]["versions"][0]["reasons"][0]["message"]
    [mail] = case.mails("letter/")
    assert mail["To"] == "soporte@activa.example.co"


async def test_acceptance_counts_from_the_day_the_letter_came(case: CaseUnderTest) -> None:
    upload_id = await attach_doubtful(case)
    received = (await case.settle())["letter"]["versions"][0]["received_at"]
    await case.skip(timedelta(days=4))

    await case.signal("letter_reviewed", decision="accept", reason="compared with the RUT", upload_id=upload_id)

    facts = await case.settle()
    assert (facts["stage"], facts["entitlement"], facts["needs_attention"]) == ("loan_active", "loan", False)
    assert facts["letter"]["versions"][0]["received_at"] == received
    assert facts["loan"]["days_left"] == 26
    assert len(case.mails("loan/started")) == 1


async def test_a_rejected_review_starts_nothing_and_the_company_is_told_why(case: CaseUnderTest) -> None:
    await attach_doubtful(case)

    await case.signal("letter_reviewed", decision="reject", reason="Falta la firma")

    facts = await case.settle()
    assert (facts["entitlement"], facts["needs_attention"]) == ("none", False)
    assert case.world.objects.get(first_acceptance_key(case.company_id)) is None
    assert "Falta la firma" in case.mails("letter/")[-1].get_body(("plain",)).get_content()


async def test_a_late_review_is_asked_for_again(case: CaseUnderTest) -> None:
    await attach_doubtful(case)
    await case.settle()

    await case.skip(timedelta(days=6))

    assert len(case.mails("letter/")) == 2


async def test_a_signed_letter_takes_the_place_of_a_doubtful_one(case: CaseUnderTest) -> None:
    await attach_doubtful(case)

    answer = await case.attach_scan()

    assert (answer["verdict"], (await case.settle())["needs_attention"]) == ("accepted", False)


async def test_another_companys_letter_is_refused_without_saying_whose(a_world: World) -> None:
    mine, other = await a_world.start(), await a_world.start(legal_name="Otra Empresa Ajena S.A.S.")
    await mine.with_letter()
    await other.with_letter()

    answer = await mine.attach(await other.signed())

    assert (answer["verdict"], answer["loan"]) == ("rejected", None)
    assert "Ajena" not in str(answer)


async def test_an_older_letter_of_the_same_company_is_named_as_such(case: CaseUnderTest) -> None:
    await case.with_letter()
    older = await case.signed()
    await case.with_letter(full_name="Pedro Pérez Gómez")

    answer = await case.attach(older)

    assert (answer["verdict"], [each["code"] for each in answer["reasons"]]) == ("rejected", ["older_letter"])
