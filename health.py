"""Whether a process lives, and whether it can do its work: `/vivo` and `/listo`, for whoever runs it.

`/vivo` answers as long as the process does. `/listo` answers 200 where everything that the process leans on answered
lately, else 503. What is missing stands in the log; a stranger who asks learns nothing of it and costs nothing.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from settings import SettingsError

LOG: Final = logging.getLogger("activa.health")
LIVES, READY = "/vivo", "/listo"
FRESH_SECONDS: Final = 5
"""For how long an answer holds: nobody is asked more often, however many ask here."""
LONGEST_SECONDS: Final = 2
"""How long a need may take; probes wait little longer."""
CONNECTIONS: Final = 20

Need = Callable[[], Awaitable[object]]
"""Returns where what is needed is there; raises where it is not."""


class Readiness:
    """Whether everything that a process needs is there, asked once for all who want to know."""

    def __init__(self, needs: Mapping[str, Need]) -> None:
        """Take what is needed by the name that the log has for it; nobody is asked yet."""
        self._needs = needs
        self._asking: asyncio.Task[frozenset[str]] | None = None
        self._since = 0.0
        self._missing: frozenset[str] = frozenset()

    async def missing(self) -> frozenset[str]:
        """Return what is not there, within LONGEST_SECONDS.

        What hangs is waited for and not asked again meanwhile, so that nothing piles up behind it.
        """
        now = asyncio.get_running_loop().time()
        if self._asking is None or (self._asking.done() and now - self._since >= FRESH_SECONDS):
            self._since = now
            self._asking = asyncio.create_task(self._ask())
        await asyncio.wait({self._asking}, timeout=max(0.0, self._since + LONGEST_SECONDS - now))
        found = self._asking.result() if self._asking.done() else frozenset(self._needs)
        self._say(found)
        return found

    async def _ask(self) -> frozenset[str]:
        answers = await asyncio.gather(*(self._lacks(need) for need in self._needs.values()))
        return frozenset(name for name, lacks in zip(self._needs, answers, strict=True) if lacks)

    async def _lacks(self, need: Need) -> bool:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            await need()
        except Exception as error:  # noqa: BLE001  # whatever goes wrong, it is not there
            LOG.debug("a need is not met: %s", type(error).__name__)
            return True
        return loop.time() - begun > LONGEST_SECONDS

    def _say(self, missing: frozenset[str]) -> None:
        if missing == self._missing:
            return
        self._missing = missing
        if missing:
            LOG.warning("not ready: %s", ", ".join(sorted(missing)))
        else:
            LOG.info("ready again")


class Health:
    """Answers both paths before anything else of an application sees the request, under whatever name it is called."""

    def __init__(self, app: ASGIApp, readiness: Readiness) -> None:
        self._app = app
        self._readiness = readiness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and scope["path"] in {LIVES, READY}:
            is_well = scope["path"] == LIVES or not await self._readiness.missing()
            text, status = ("ok", 200) if is_well else ("not ready", 503)
            await PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})(scope, receive, send)
        else:
            await self._app(scope, receive, send)


@asynccontextmanager
async def told(address: str | None, readiness: Readiness) -> AsyncIterator[None]:
    """Answer both paths, and nothing else, at an address while the block runs; without an address nothing is told.

    Raises SettingsError where nobody can listen there.
    """
    if address is None:
        yield
        return
    app = Health(PlainTextResponse("", 404), readiness)
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        log_config=None,
        lifespan="off",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    server = _Quiet(config)
    with _listening(address) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


class _Quiet(uvicorn.Server):
    """A server that leaves the process's signals to whoever has them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _listening(address: str) -> Iterator[socket.socket]:
    host, _, port = address.rpartition(":")
    bare = host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        listener = socket.create_server((bare, int(port)), family=family)
    except OSError as error:
        raise SettingsError(f"ACTIVA_WORKER__HEALTH_ADDRESS {address}: {error.strerror}; choose another") from None
    with contextlib.closing(listener):
        yield listener
