"""Temporal's Worker Deployments route the cases: to a version, to a part of them, on, and back again.

The commands are those of docs/operating.md, sent by the real command line. Each case is asked and told something at
each stage; which version did its last task stands in its history.
"""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from domain.contract import TASK_QUEUE
from stack.mail_sink import MailSink
from stack.process import ROOT
from tests.support.upgrades.mixed import (
    BEFORE,
    Told,
    cut_short,
    failed_tasks,
    last_versions,
    older_worker,
    tell_all,
    todays,
)
from tests.support.world import ORDINARY_DAY, World, world_of_its_own

pytestmark = pytest.mark.machine_clock
TEMPORAL = Path(sys.executable).with_name("temporal")
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "operating.md").read_text(encoding="utf-8"), re.DOTALL)
PRINTED = {line.strip() for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()}
QUEUES = 3
"""Of a version: the cases' own, their steps', and that of the letters' checks."""
DONE_BY, RUNNING = 'TemporalWorkerDeploymentVersion = "activa:', '" AND ExecutionStatus = "Running"'


class Operator:
    """Whoever upgrades: types what operating.md prints."""

    def __init__(self, made: World) -> None:
        self.world = made
        self._environment = {"PATH": os.environ["PATH"], **made.place.environment}

    async def does(self, *words: str, **changes: str) -> str:
        """Run the one printed command that has these words, with other values of some options; return what it says."""
        [command] = (each for each in PRINTED if all(word in each for word in words))
        arguments = shlex.split(command)[1:]
        for option, value in changes.items():
            place = next(i for i, each in enumerate(arguments) if each.endswith(option.replace("_", "-")))
            arguments[place + 1] = value
        done = await asyncio.to_thread(
            subprocess.run, (str(TEMPORAL), *arguments), capture_output=True, text=True, env=self._environment,
            check=False,
        )  # fmt: skip
        return f"{done.stdout}{done.stderr}"

    async def sees(self, build_id: str) -> None:
        """Return once Temporal knows all queues of a version."""
        while (await self.does("describe-version", build_id=build_id)).count(TASK_QUEUE) < QUEUES:  # noqa: ASYNC110
            await asyncio.sleep(0.2)

    async def makes_current(self, build_id: str) -> None:
        await self.changes("set-current-version", "--build-id 0.2.0", build_id=build_id)

    async def changes(self, *words: str, **placeholders: str) -> None:
        """Do something until Temporal says that it is done."""
        for _ in range(50):
            if "Successfully" in (said := await self.does(*words, **placeholders)):
                return
            await asyncio.sleep(0.2)
        raise AssertionError(said)


async def answered_by(cases: Sequence[Told], *versions: str) -> None:
    """Tell each case something until the last task of each was done by its version."""
    await tell_all(cases)
    while await last_versions(cases) != [*versions]:
        await tell_all(cases)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def operator(
    tmp_path_factory: pytest.TempPathFactory, moto_url: str, mail_sink: MailSink, release: Path
) -> AsyncIterator[Operator]:
    """An operator beside workers of both releases, today's held back."""
    held_back = todays(rules=BEFORE, build_id="0.2.0")
    async with (
        world_of_its_own(tmp_path_factory.mktemp("versions"), moto_url, mail_sink, begins=ORDINARY_DAY) as made,
        made.worker(worker=held_back),
        older_worker(made, release, "0.1.0"),
    ):
        found = Operator(made)
        for build_id in ("0.1.0", "0.2.0"):
            await found.sees(build_id)
        yield found


async def test_cases_follow_the_current_version_and_come_back(operator: Operator) -> None:
    await operator.makes_current("0.1.0")
    cases = [Told(await operator.world.start()) for _ in range(2)]
    await answered_by(cases, "0.1.0", "0.1.0")
    await operator.changes("set-ramping-version", "--percentage", percentage="100")
    await answered_by(cases, "0.2.0", "0.2.0")
    await operator.changes("set-ramping-version", "--delete")
    await answered_by(cases, "0.1.0", "0.1.0")
    await operator.makes_current("0.2.0")
    await answered_by(cases, "0.2.0", "0.2.0")
    await cut_short(cases[0])
    await operator.makes_current("0.1.0")
    await answered_by(cases, "0.1.0", "0.1.0")
    await cut_short(cases[1])

    assert await failed_tasks(cases) == []
    assert [await each.lost() for each in cases] == [0, 0]


async def test_cases_under_newer_rules_stay_with_their_version(operator: Operator) -> None:
    made = operator.world
    async with made.worker(worker=todays(build_id="0.3.0")):
        await operator.sees("0.3.0")
        await operator.makes_current("0.3.0")
        cases = [Told(await made.start())]
        await answered_by(cases, "0.3.0")
        await operator.does("update-options", "pinned", query=f"{DONE_BY}0.3.0{RUNNING}", build_id="0.3.0")
        while "Total: 1" not in await operator.does("count", "Pinned"):  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.1)
        await operator.makes_current("0.1.0")
        cases.append(Told(await made.start()))
        await answered_by(cases, "0.3.0", "0.1.0")
        await operator.makes_current("0.3.0")
        await operator.does("update-options", "unspecified")
        await answered_by(cases, "0.3.0", "0.3.0")
        lost = [await each.lost() for each in cases]

    assert await failed_tasks(cases) == []
    assert lost == [0, 0]
