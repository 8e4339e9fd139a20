"""The loan: from the representative's data to its end."""

from datetime import timedelta

from domain.calendar import bogota_date
from tests.world import CaseUnderTest


async def test_an_accepted_letter_starts_the_loan_on_its_day(case: CaseUnderTest) -> None:
    today = bogota_date(await case.now())

    answer = await case.with_loan()

    assert answer["verdict"] == "accepted"
    assert answer["loan"]["starts_on"] == str(today)
    assert answer["loan"]["ends_on"] == str(today + timedelta(days=30))
    facts = await case.status()
    assert (facts["stage"], facts["entitlement"]) == ("loan_active", "loan")
