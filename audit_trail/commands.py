"""The trail of a command: under the account that runs it, stored before the command ends."""

import getpass
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from audit_trail.asker import Asker, asking, person_of
from audit_trail.trail import Store, Trail


@asynccontextmanager
async def recorded(store: Store, now: Callable[[], datetime], lock: timedelta) -> AsyncIterator[Trail]:
    """Put on record what a command changes; what could not be stored goes to standard error."""
    trail, who = Trail(store, now, _say_nothing, lock=lock), Asker(door="command", address=socket.gethostname())
    who.identify(person_of("operator", None, _account()), "operator")
    with asking(who):
        try:
            yield trail
        finally:
            await trail.close()
            for line in trail.unstored:
                sys.stderr.write(f"not stored in the audit trail: {line}\n")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return str(os.getuid())


def _say_nothing(_: str) -> None:
    """Leave standard output to the command's own answer."""
