"""Full disks: a process, with those that it started, may write no more than so many bytes to a file.

The kernel's limit of a file's size (`RLIMIT_FSIZE`) needs neither root nor a file system: every write past it fails.
"""

import re
import resource
from pathlib import Path

import httpx

from stack.probes import LOOPBACK
from tests.support.drills.ground import Ground
from tests.support.faults.parts import Part
from tests.support.world import CaseUnderTest

SPOOLED_BYTES = 1 << 20
"""What the portal keeps of a file in memory; of a larger one everything goes to its disk."""
TAKEN, REFUSED = 303, 503


async def fill_workers(made: Ground) -> None:
    """Let the worker write no byte; returns once every company's letter was made, signed and judged all the same."""
    let_write(_id_of(made.stand.workers[0]), 0)
    await made.everybody(CaseUnderTest.with_loan)


async def empty_workers(made: Ground) -> None:
    """Give it room."""
    let_write(_id_of(made.stand.workers[0]), None)


async def fill_portals(made: Ground) -> None:
    """Let the portal write no file that it would not keep in memory, and refuse each company's letter for that."""
    await made.everybody(CaseUnderTest.with_letter)
    let_write(_id_of(made.stand.parts["portal"]), SPOOLED_BYTES)
    for case in made.cases:
        status = await _sends_its_letter(made, case)
        assert status == REFUSED, f"a letter was answered {status} by a portal without room for it"


async def empty_portals(made: Ground) -> None:
    """Give it room; returns once every company has sent the same again and was judged."""
    let_write(_id_of(made.stand.parts["portal"]), None)
    for case in made.cases:
        status = await _sends_its_letter(made, case)
        assert status == TAKEN, f"a letter was answered {status} by a portal with room for it"
    await made.until(lambda _, status: bool(status["letter"]["versions"]))


def let_write(process: int, most_bytes: int | None) -> None:
    """Set how large a file a process may write, None for as large as ever; so may what it has started, or will."""
    for pid in (process, *_children(process)):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most if most_bytes is None else most_bytes, most))


def _id_of(part: Part) -> int:
    assert part.pid is not None, f"{part.program.name} does not run"
    return part.pid


def _children(pid: int) -> list[int]:
    """Return what any thread of a process has started, such as the helper that checks letters."""
    return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]


async def _sends_its_letter(made: Ground, case: CaseUnderTest) -> int:
    """Come in as a representative, send a signed letter as large as a photo is, and return the answer's status."""
    url = f"http://{LOOPBACK}:{made.stand.settings.portal_port}"
    headers = {"Sec-Fetch-Site": "same-origin"}
    large = await case.signed() + b"\n%" + b" " * 2 * SPOOLED_BYTES
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, trust_env=False) as browser:
        handed = await browser.post("/desarrollo/entrar", data={"empresa": case.company_id})
        [token] = re.findall(r'name="token" value="([^"]+)"', handed.text)
        entered = await browser.post("/entrar", data={"token": token})
        assert entered.status_code == TAKEN, entered.text
        answer = await browser.post("/carta", files={"documento": ("carta.pdf", large, "application/pdf")})
    return answer.status_code
