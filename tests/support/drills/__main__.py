"""`python -m tests.support.drills`: what alerts warn of is made to happen on loopback, under a real Prometheus.

Exit 1 where an alert does not fire in its time, does not clear, or fires where none is to; 2 where there is no
Prometheus.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from tests.support.drills import report
from tests.support.drills.prometheus import NoPrometheusError, required
from tests.support.drills.running import DRILLS, run


def main() -> int:
    """Drill as often as was asked for."""
    given = _arguments()
    logging.disable(logging.ERROR)  # that calls fail is what is wanted
    try:
        required()
        with tempfile.TemporaryDirectory(prefix="activa-drills-") as folder:
            found = asyncio.run(run(Path(folder) / "stack", given.faster, frozenset(given.only), _say))
    except NoPrometheusError as error:
        _say(str(error))
        return 2
    except (AssertionError, TimeoutError) as error:
        _say(f"NOT AS PROMISED: {error}")
        return 1
    text = report.table(found, given.faster)
    _say(text)
    if given.write:
        report.write(text)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.drills", description=__doc__)
    names = [each.name for each in DRILLS]
    parser.add_argument("--only", action="append", choices=names, default=[], help="a drill; may be given again")
    parser.add_argument("--faster", type=float, default=1, help="what the alerts' times are divided by")
    parser.add_argument("--write", action="store_true", help="put the table into docs/operating.md")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
