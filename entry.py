"""What a server of the product does around its work: arguments, logs, and the exit status of what went wrong."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from domain.errors import ActivaError, ServiceUnavailableError

WRONG_SETTINGS, UNREACHABLE = 2, 4


def served(description: str | None, serve: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Serve until it ends; return 2 when the settings or the environment are not fit, 4 when a server is not there."""
    argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address of each call
    try:
        asyncio.run(serve())
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    return 0
