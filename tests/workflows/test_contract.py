"""Portals and workers of two releases understand one another, as far as was recorded of the release before."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from adapters.case_errors import remarks
from domain.model import as_known
from portal.api.models import IssuedLetter
from portal.cases.desk_facts import DeskFacts
from portal.cases.facts import Facts
from portal.pages.progress import go_on, steps, tasks
from portal.pages.timeline import lines
from tests.support.upgrades.contract import CONTRACTS, repeated
from tests.support.world import TUESDAY, World

[RECORDED] = CONTRACTS.glob("*.json")
CONTRACT = json.loads(RECORDED.read_text(encoding="utf-8"))
EXCHANGES = CONTRACT["exchanges"]
STATUSES = [each["answer"] for each in EXCHANGES if each["name"] == "status"]


def missing(then: Any, now: Any, place: str = "$") -> Iterator[str]:
    """Give each place at which an answer lacks what it had then, or has it in another form."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            if name in now:
                yield from missing(value, now[name], f"{place}.{name}")
            else:
                yield f"{place}.{name} is gone"
    elif isinstance(then, list) and isinstance(now, list):
        if len(now) < len(then):
            yield f"{place} is shorter"
        for number, (before, after) in enumerate(zip(then, now, strict=False)):
            yield from missing(before, after, f"{place}[{number}]")
    elif type(then) is not type(now):
        yield f"{place} was {then!r}, is {now!r}"


def with_more(value: Any) -> Any:
    """Return what a later release might say: another name in every object, but in the values of a sentence."""
    if isinstance(value, list):
        return [with_more(each) for each in value]
    if not isinstance(value, dict):
        return value
    more = {name: each if name == "values" else with_more(each) for name, each in value.items()}
    return {**more, "said_later": {"at": "noon"}}


async def test_what_an_earlier_portal_sends_is_answered_as_it_expects(a_world: World) -> None:
    case = await a_world.start(begins=TUESDAY)

    answered = await repeated(case, EXCHANGES)

    wrong = {
        f"{number} {then['name']}": list(missing(then, now))
        for number, (then, now) in enumerate(zip(EXCHANGES, answered, strict=True))
    }
    assert {name: found for name, found in wrong.items() if found} == {}
    statuses = [each["answer"] for each in answered if each["name"] == "status"]
    reader = Draft202012Validator(CONTRACT["reads"])
    assert [error.instance_path for each in statuses for error in reader.iter_errors(each)] == []


@pytest.mark.parametrize("number", range(len(STATUSES)))
def test_todays_portal_shows_what_an_earlier_worker_tells(number: int) -> None:
    facts = as_known(DeskFacts, STATUSES[number])

    assert [each for each in steps(facts) if each.name]
    assert [*tasks(facts), go_on(facts)]
    assert len(lines(facts)) >= 1
    assert facts.company_id == STATUSES[number]["company_id"]


@pytest.mark.parametrize("kind", [Facts, DeskFacts])
def test_a_portal_leaves_unread_what_a_later_worker_adds(kind: type[Facts]) -> None:
    for each in STATUSES:
        assert as_known(kind, with_more(each)) == as_known(kind, each)


def test_the_letter_and_a_refusal_of_a_later_worker_are_read_too() -> None:
    [letter] = [each["answer"] for each in EXCHANGES if each["name"] == "submit_representative"]
    [refused] = [each["refused"] for each in EXCHANGES if "refused" in each]

    assert as_known(IssuedLetter, with_more(letter)) == IssuedLetter.model_validate(letter)
    assert remarks(with_more(refused["details"])) == remarks(refused["details"])
    assert remarks(refused["details"])[0].code == "step_unfinished"
