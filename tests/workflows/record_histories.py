"""`make histories`: record one history per path and run into `histories/<release>/`, for the replay tests to keep.

A released change of the workflow records a folder of its own; what earlier releases recorded stays as it is.
"""

import argparse
import asyncio
import re
import tempfile
from pathlib import Path

from stack.mail_sink import MailSink
from stack.servers import TIME_SKIPPING, temporal_server
from tests.adapters import s3_servers
from tests.workflows.paths import PATHS
from tests.world import CaseUnderTest, world

HISTORIES = Path(__file__).parent / "histories"


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


async def record(release: str) -> None:
    """Live every path, and write what Temporal kept of it."""
    folder = HISTORIES / release
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, s3_servers.moto() as s3_url:
        async with (
            temporal_server(Path(name) / "temporal", arguments=TIME_SKIPPING) as address,
            MailSink(Path(name) / "mail") as mails,
            world(address, s3_url, mails) as made,
            made.worker(),
        ):
            for path_name, path in PATHS.items():
                case = await made.start()
                await path(case)
                await case.runs_in_visibility()
                for number, history in enumerate(await runs_of(case), start=1):
                    await asyncio.to_thread((folder / f"{path_name}-{number}.json").write_text, history + "\n")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", nargs="?", default="0.1.0", help="the release that these histories stand for")
    asyncio.run(record(parser.parse_args().release))


if __name__ == "__main__":
    main()
