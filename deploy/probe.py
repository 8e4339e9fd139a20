"""Whether a process of this container answers, for a container's health check; it needs no shell and no library.

    python -I deploy/probe.py worker|portal|codec

Exit 0 when it does, 1 otherwise, with a line that says why. It asks where the settings of the environment say.
"""

import http.client
import os
import sys
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

PROBED: Final = {
    "worker": ("ACTIVA_WORKER__METRICS_ADDRESS", "127.0.0.1:9464", "/metrics"),
    "portal": ("ACTIVA_PORTAL__ADDRESS", "127.0.0.1:8000", "/salud"),
    "codec": ("ACTIVA_CODEC__ADDRESS", "127.0.0.1:8081", "/health"),
}
PATIENCE_SECONDS: Final = 5
OK: Final = 200
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, asked at its loopback


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Ask once and return the exit status."""
    if len(arguments) != 1 or arguments[0] not in PROBED:
        sys.stderr.write(f"usage: probe.py {'|'.join(PROBED)}\n")
        return 2
    variable, default, path = PROBED[arguments[0]]
    asked = urlsplit(f"//{environment.get(variable, default)}")
    host = asked.hostname or "127.0.0.1"
    connection = http.client.HTTPConnection(_EVERYWHERE.get(host, host), asked.port, timeout=PATIENCE_SECONDS)
    # The portal answers under its own name alone.
    name = urlsplit(environment.get("ACTIVA_PORTAL_URL", "")).netloc or asked.netloc
    try:
        connection.request("GET", path, headers={"Host": name})
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
