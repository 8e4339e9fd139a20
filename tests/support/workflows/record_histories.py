"""`make histories`: record one history per path and run into `histories/<release>/`, for the replay tests to keep.

A released change of the workflow records a folder of its own; what earlier releases recorded stays as it is.
"""

import argparse
import asyncio
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stack.mail_sink import MailSink
from tests.support import s3_servers
from tests.support.receiver import Receiver, receiving
from tests.support.temporal_places import temporal_place
from tests.support.workflows.paths import PATHS, PATHS_OF_EVENTS
from tests.support.world import TUESDAY, CaseUnderTest, world

HISTORIES = Path(__file__).parents[2] / "workflows" / "histories"


async def runs_of(case: CaseUnderTest) -> list[str]:
    """Return the histories of a case's runs as JSON, the first run's first."""
    query = f'WorkflowId = "{case.handle.id}"'
    executions = [each async for each in case.world.client.list_workflows(query)]
    executions.sort(key=lambda each: each.start_time)
    handles = [case.world.client.get_workflow_handle(each.id, run_id=each.run_id) for each in executions]
    texts = [(await handle.fetch_history()).to_json() for handle in handles]
    return [_without_the_machine(text) for text in texts]


def _without_the_machine(history: str) -> str:
    """Return a history without what tells where it was recorded; a replay reads neither."""
    history = re.sub(r'"identity":\s*"[^"]*"', '"identity": "worker"', history)
    return re.sub(r'"stackTrace":\s*"(?:[^"\\]|\\.)*"', '"stackTrace": ""', history)


async def record(release: str, names: Sequence[str]) -> None:
    """Live the paths named, and write what Temporal kept of them."""
    folder = HISTORIES / release
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder_of_servers, s3_servers.moto() as s3_url:
        async with (
            temporal_place(Path(folder_of_servers) / "temporal") as place,
            MailSink(Path(folder_of_servers) / "mail") as mails,
            world(place, s3_url, mails, begins=TUESDAY) as made,
        ):
            async with made.worker():
                for name in [each for each in names if each in PATHS]:
                    case = await made.start()
                    await PATHS[name](case)
                    await keep(case, folder, name)
            for name in [each for each in names if each in PATHS_OF_EVENTS]:
                async with receiving(Receiver()) as receiver, made.worker(webhooks=receiver.settings):
                    case = await made.start()
                    await PATHS_OF_EVENTS[name](case, receiver)
                    await keep(case, folder, name)


async def keep(case: CaseUnderTest, folder: Path, name: str) -> None:
    """Write the histories of a case's runs."""
    await case.runs_in_visibility()
    for number, history in enumerate(await runs_of(case), start=1):
        await asyncio.to_thread((folder / f"{name}-{number}.json").write_text, history + "\n")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", nargs="?", default="0.1.0", help="the release that these histories stand for")
    known = [*PATHS, *PATHS_OF_EVENTS]
    parser.add_argument("--only", nargs="+", choices=known, default=known, help="the paths to record")
    given = parser.parse_args()
    asyncio.run(record(given.release, given.only))


if __name__ == "__main__":
    main()
