"""Whether a process of this container can do its work, for a container's health check; it needs no shell, no library.

    python -I deploy/probe.py worker|portal|codec [vivo]

Exit 0 when it can, 1 otherwise, with a line that says why. It asks `/listo` where the settings of the environment say;
with `vivo` it asks whether the process answers at all, for whatever starts anew what is not well.
"""

import http.client
import os
import sys
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

PROBED: Final = {
    "worker": ("ACTIVA_WORKER__HEALTH_ADDRESS", None),
    "portal": ("ACTIVA_PORTAL__ADDRESS", "127.0.0.1:8000"),
    "codec": ("ACTIVA_CODEC__ADDRESS", "127.0.0.1:8081"),
}
ALIVE: Final = "vivo"
PATIENCE_SECONDS: Final = 5
OK: Final = 200
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, asked at its loopback


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Ask once and return the exit status."""
    if arguments[:1] not in [[each] for each in PROBED] or arguments[1:] not in ([], [ALIVE]):
        sys.stderr.write(f"usage: probe.py {'|'.join(PROBED)} [{ALIVE}]\n")
        return 2
    path = f"/{ALIVE}" if arguments[1:] else "/listo"
    variable, default = PROBED[arguments[0]]
    address = environment.get(variable, default)
    if address is None:
        sys.stderr.write(f"{variable} is not set, so the {arguments[0]} tells nobody; set it, as in 127.0.0.1:9465\n")
        return 1
    asked = urlsplit(f"//{address}")
    host = asked.hostname or "127.0.0.1"
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), asked.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except OSError as error:
        sys.stderr.write(f"{arguments[0]} does not answer at {asked.netloc}: {error}\n")
        return 1
    finally:
        connection.close()
    if status != OK:
        sys.stderr.write(f"{arguments[0]} answers {status} at {asked.netloc}{path}\n")
    return 0 if status == OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
