"""`python -m stack.demo` (`make demo`): one company's whole life, on real servers whose time is moved forward.

Leaves the letter, the signed letter and every mail under `.local/demo/`. Exit 0 when every step happened.
"""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.errors import ActivaError
from stack.connection import PatientActivations, connect
from stack.life import Life, Show, live
from stack.probes import free_port
from stack.process import ROOT, RunningProgram, short
from stack.programs import programs
from stack.servers import TIME_SKIPPING
from stack.stack_settings import StackSettings

FOLDER: Final = ROOT / ".local" / "demo"


@asynccontextmanager
async def running_stack(stack: StackSettings) -> AsyncIterator[None]:
    """Run the programs of the local stack on free ports; on return none is left."""
    async with AsyncExitStack() as running:
        for program in programs(stack, TIME_SKIPPING):
            process = await RunningProgram.start(program)
            running.push_async_callback(process.stop)
            await process.until_ready()
        yield


def fresh_stack(folder: Path) -> StackSettings:
    """Return a stack of its own beside any other, on free ports over an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return StackSettings(
        folder=folder,
        temporal_port=free_port(),
        temporal_ui_port=free_port(),
        s3_port=free_port(),
        smtp_port=free_port(),
        portal_port=free_port(),
        metrics_port=free_port(),
    )


async def demonstrate(console: Console) -> None:
    """Run the stack, live the life, and say where everything lies."""
    stack = fresh_stack(FOLDER)
    console.print("[bold]Activa[/bold]: a company's whole life on a real Temporal server, its time moved forward")
    console.print("starting Temporal, S3, the mail server and the worker", style="dim")
    async with running_stack(stack):
        connection = await connect(stack)
        skipper = TimeSkipper(connection.client, config=TimeSkippingConfig(enabled=False))
        cases = PatientActivations(skipper.client, connection.objects)
        await live(Life(connection.client, cases, skipper, Show(console)), FOLDER)
    mails = sorted((FOLDER / "mail").glob("*.eml"))
    console.print(f"\nLook at it under [bold]{short(FOLDER)}[/bold]:")
    console.print(f"  letter.pdf, signed-letter.pdf, and {len(mails)} mails in mail/ (*.eml)", highlight=False)
    console.print("  Next: `make run` starts the stack to work with", highlight=False)


def main() -> int:
    """Run the demonstration; 1 when something did not happen as promised."""
    console = Console(soft_wrap=True)
    try:
        asyncio.run(demonstrate(console))
    except ActivaError as error:
        sys.stderr.write(f"The demonstration failed: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
