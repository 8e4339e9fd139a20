"""A real Prometheus over the alerts that are handed out, which tells what fires."""

import asyncio
import contextlib
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from domain.errors import ActivaError
from stack.probes import LOOPBACK, free_port, http_answers
from stack.process import Program, RunningProgram
from tests.support.figures import ALERTS

PROGRAM = "prometheus"
FIRING = "firing"
UNITS = {"s": 1, "m": 60, "h": 3600}
LEAST_SECONDS = 1
_DURATION = re.compile(r"(?<=for: )(\d+)([smh])|(?<=\[)(\d+)([smh])(?=\])")
_AGE = re.compile(r"_seconds\) > (\d+)")
"""Of what an alert looks at: it fires where something is older."""
_OWED = re.compile(r"(?<=activa_oldest_owed_seconds\) > )\d+")


class NoPrometheusError(ActivaError):
    """There is no Prometheus to drill with; the text says where it comes from."""


def required() -> str:
    """Return where Prometheus is; raises NoPrometheusError."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise NoPrometheusError("prometheus is not installed; on Debian: apt-get install prometheus, its service off")
    return found


def hastened(rules: str, factor: float) -> str:
    """Return the rules with each `for:` and each window in brackets divided by a factor, to whole seconds.

    So is the time for which something may be owed. What is compared stays otherwise as it is: a threshold is the
    product's matter, and the product's own waits stay too. Workers count once a minute, so the age of the counts stays.
    """

    def shorter(found: re.Match[str]) -> str:
        number, unit = found[1] or found[3], found[2] or found[4]
        return f"{max(LEAST_SECONDS, round(int(number) * UNITS[unit] / factor))}s"

    return _OWED.sub(lambda found: f"{round(int(found[0]) / factor)}", _DURATION.sub(shorter, rules))


def waits(rules: str) -> dict[str, timedelta]:
    """Return how long each alert waits: for as long as its `for:`, and until something is as old as it asks for."""
    found = re.split(r"^ +- alert: (\w+)\n", rules, flags=re.MULTILINE)[1:]
    return {name: timedelta(seconds=_waits(text)) for name, text in zip(found[::2], found[1::2], strict=True)}


def _waits(alert: str) -> int:
    holds, age = re.search(r"for: (\d+)([smh])", alert), _AGE.search(alert)
    return (0 if holds is None else int(holds[1]) * UNITS[holds[2]]) + (0 if age is None else int(age[1]))


@dataclass
class Watching:
    """A Prometheus that runs."""

    client: httpx.AsyncClient

    async def alerts(self) -> dict[str, str]:
        """Return the alerts whose condition holds: `pending`, or `firing` once it has held for long enough."""
        answer = await self.client.get("/api/v1/alerts")
        alerts = answer.raise_for_status().json()["data"]["alerts"]
        return {each["labels"]["alertname"]: each["state"] for each in alerts}

    async def until(self, wanted: Callable[[dict[str, str]], bool], within: timedelta) -> set[str]:
        """Return what fires once the alerts are as wanted; raises TimeoutError, which names them."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while not wanted(alerts := await self.alerts()):
            if loop.time() - begun > within.total_seconds():
                raise TimeoutError(f"after {within.total_seconds():.0f} s the alerts are: {alerts}")
            await asyncio.sleep(0.5)  # Prometheus tells nobody of its own accord but an alert manager
        return {name for name, state in alerts.items() if state == FIRING}

    async def stays_silent(self, lasts: timedelta) -> None:
        """Return once nothing has fired for so long."""
        with contextlib.suppress(TimeoutError):
            fires = await self.until(lambda alerts: FIRING in alerts.values(), lasts)
            raise AssertionError(f"nothing was to fire, and these do: {fires}")


@asynccontextmanager
async def watching(folder: Path, rules: str, target: str) -> AsyncIterator[Watching]:
    """Run Prometheus over rules and one worker's address; it looks every two seconds."""
    await asyncio.to_thread(_configured, folder, rules, target)
    port = free_port()
    program = Program(
        name=PROGRAM,
        command=(
            required(),
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address={LOOPBACK}:{port}",
        ),
        environment={"PATH": "/usr/bin:/bin"},
        ready=http_answers(port, "/-/ready"),
    )
    running = await RunningProgram.start(program)
    try:
        await running.until_ready(lambda _: None)
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=20, trust_env=False) as client:
            yield Watching(client)
    finally:
        await running.stop()


def _configured(folder: Path, rules: str, target: str) -> None:
    folder.mkdir(parents=True)
    (folder / ALERTS.name).write_text(rules)
    job = {"job_name": "activa-worker", "static_configs": [{"targets": [target]}]}
    every = {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"}
    # JSON is YAML, too.
    config = {"global": every, "rule_files": [ALERTS.name], "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(json.dumps(config))
