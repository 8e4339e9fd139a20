"""A letter that a person has to look at."""

import asyncio

from tests.support.letters.scans import scan
from tests.support.world import CaseUnderTest


async def attach_doubtful(case: CaseUnderTest, content: str = "line", seed: int = 4) -> str:
    """Attach a letter with only a line in the box, and return its upload id."""
    await case.with_letter()
    letter = await case.door.letter(case.company_id)
    answer = await case.attach(await asyncio.to_thread(scan, letter, content, "flatbed 150", seed))
    assert answer["verdict"] == "under_review", answer
    return str(answer["upload_id"])
