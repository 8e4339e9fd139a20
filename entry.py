"""What a server of the product does around its work: arguments, logs, and the exit status of what went wrong."""

import argparse
import asyncio
import ctypes
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from adapters import temporal
from domain.errors import ActivaError, ServiceUnavailableError
from production import require_safe
from settings import Settings

WRONG_SETTINGS, UNREACHABLE = 2, 4
_PR_SET_DUMPABLE: Final = 4

AnySettings = TypeVar("AnySettings", bound=Settings)


class OneLine(logging.Formatter):
    """A log's lines: instants in UTC, and a message on one line, so that none can pass for two. A trace has its own."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  # of the library
        """Return when it was said."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # of the library
        """Return the line, with signs for what would break it."""
        return "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode()
            for each in super().formatMessage(record)
        )


def served(
    description: str | None,
    load: Callable[[], AnySettings],
    serve: Callable[[AnySettings], Coroutine[Any, Any, None]],
) -> int:
    """Serve until it ends; return 2 when the settings or the environment are not fit, 4 when a server is not there."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="tell whether the settings are fit, and start nothing")
    options = parser.parse_args()
    said = logging.StreamHandler()
    said.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[said])
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address of each call
    hide_memory()
    try:
        settings = load()
        require_safe(settings, os.environ, temporal.plain_server())
        if options.check:
            sys.stdout.write("the settings are fit to run under\n")
            return 0
        asyncio.run(serve(settings))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    return 0


def hide_memory() -> None:
    """Keep other processes of this account from this one's memory and environment, where the keys are."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
