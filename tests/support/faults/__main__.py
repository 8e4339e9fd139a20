"""`python -m tests.support.faults`: companies go through their lives while everything around them fails.

Prints what was lost, doubled or left standing, and the seeds to repeat it. Exit 1 where anything was.
"""

import argparse
import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from tests.support.faults import report
from tests.support.faults.running import Plan, Ran, StandsStillError, run
from tests.support.faults.versions import earlier_version


def main() -> int:
    """Run as often as was asked for."""
    given = _arguments()
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=quiet)))  # that calls fail is what is wanted
    runs: list[Ran] = []
    with tempfile.TemporaryDirectory(prefix="activa-faults-") as place:
        older = earlier_version(given.older_by, Path(place) / "older") if given.older_by else None
        for seed in range(given.seed, given.seed + given.runs):
            plan = Plan(
                seed,
                companies=given.companies,
                at_once=given.at_once,
                letters=given.letters,
                kills=given.kills,
                faults=given.faults,
                older=older and older[0],
                within=timedelta(minutes=given.minutes),
            )
            try:
                runs.append(asyncio.run(run(plan, (given.folder or Path(place)) / str(seed), _say)))
            except StandsStillError as error:
                _say(f"seed {seed}: {error}")
                return 1
            _say("\n".join(runs[-1].wrong) or f"seed {seed}: nothing was lost, doubled or left")
    text = report.table(runs, older and older[1])
    _say(text)
    if given.write:
        report.write(text)
    return 1 if any(each.wrong for each in runs) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first run; each next one has the next number")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument(
        "--companies", type=int, default=20, help="in each run, at least: more begin until all faults are over"
    )
    parser.add_argument("--at-once", type=int, default=30, help="companies that live at the same time")
    parser.add_argument("--letters", type=float, default=0.2, help="share of companies that sign letters")
    parser.add_argument("--kills", type=int, default=10, help="in each run")
    parser.add_argument("--faults", type=int, default=30, help="others than kills, in each run")
    parser.add_argument("--minutes", type=float, default=40, help="a run that takes longer ends and tells why")
    parser.add_argument(
        "--older-by",
        type=int,
        default=0,
        help="commits between the two workers' versions, which must decide alike under the newest rules",
    )
    parser.add_argument("--folder", type=Path, help="where everything stays that the servers kept, to look at it")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
