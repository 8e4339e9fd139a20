"""`python -m benchmarks.measured_worker ADDRESS product|bare TASK_QUEUE`: a worker that tells what it costs.

Each line on its standard input is answered by one line: resident bytes and CPU seconds so far. It ends at end of file.
"""

import asyncio
import gc
import os
import sys
import time
from pathlib import Path

from adapters import temporal
from benchmarks.workflows import workflow_worker


async def main(address: str, name: str, task_queue: str) -> None:
    """Work until the standard input ends."""
    async with workflow_worker(await temporal.connect(address=address), name, task_queue):
        while await asyncio.to_thread(sys.stdin.readline):
            gc.collect()
            print(resident_bytes(), time.process_time(), flush=True)


def resident_bytes(pid: int | None = None) -> int:
    """Return the resident set of a process, this one unless another is named."""
    pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
