"""What a server of the product does around its work: arguments, logs, and the exit status of what went wrong."""

import argparse
import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import uvicorn

import logs
import tracing
from adapters import temporal
from domain.errors import ActivaError, ServiceUnavailableError
from production import require_safe
from settings import Settings
from version import __version__

LOG: Final = logging.getLogger("activa.entry")
WRONG_SETTINGS, UNREACHABLE = 2, 4
_PR_SET_DUMPABLE: Final = 4

AnySettings = TypeVar("AnySettings", bound=Settings)


class AskedToStop(uvicorn.Server):
    """Returns from `serve` on SIGTERM and SIGINT. uvicorn's own then ends the process by that signal, with all that its
    caller still had to do: the end of the audit trail, spans that were not sent.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear the signals while it serves."""
        loop, numbers = asyncio.get_running_loop(), (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)


def served(
    description: str | None,
    load: Callable[[], AnySettings],
    serve: Callable[[AnySettings], Coroutine[Any, Any, None]],
) -> int:
    """Serve until it ends; return 2 when the settings or the environment are not fit, 4 when a server is not there."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="tell whether the settings are fit, and start nothing")
    options = parser.parse_args()
    logs.begin()
    hide_memory()
    try:
        settings = load()
        require_safe(settings, os.environ, temporal.plain_server())
        tracing.require(settings.traces)
        if options.check:
            sys.stdout.write("the settings are fit to run under\n")
            return 0
        logs.go_on_in(settings.log_format)
        LOG.info("activa %s begins", __version__)
        asyncio.run(serve(settings))
    except ActivaError as error:
        logs.last_words(str(error))
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    return 0


def hide_memory() -> None:
    """Keep other processes of this account from this one's memory and environment, where the keys are."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
