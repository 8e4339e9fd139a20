"""The drills' own parts: rules hastened without being changed otherwise, under a Prometheus that really looks."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from stack.probes import free_port
from tests.support.drills import report
from tests.support.drills.prometheus import FIRING, PROGRAM, hastened, waits, watching
from tests.support.drills.running import DRILLS, Drilled
from tests.support.figures import ALERTS, alerts

needs_prometheus = pytest.mark.skipif(
    shutil.which(PROGRAM) is None and "REQUIRE_PROGRAMS" not in os.environ, reason="prometheus is not installed"
)
RULES = ALERTS.read_text()
PATIENT = timedelta(minutes=2)


@contextmanager
def a_workers_figures(port: int) -> Iterator[None]:
    """Answer at a port as a worker does that counts nothing yet."""

    class Telling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Telling) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@needs_prometheus
async def test_an_alert_fires_once_its_target_is_gone_and_clears_once_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with a_workers_figures(port):
        async with watching(tmp_path / "prometheus", hastened(RULES, 120), f"127.0.0.1:{port}") as prometheus:
            await prometheus.until(lambda alerts: not alerts, PATIENT)
    # Another one, over nobody.
    async with watching(tmp_path / "again", hastened(RULES, 120), f"127.0.0.1:{port}") as prometheus:
        fires = await prometheus.until(lambda alerts: alerts.get("ActivaWorkerDown") == FIRING, PATIENT)
        with a_workers_figures(port):
            await prometheus.until(lambda alerts: "ActivaWorkerDown" not in alerts, PATIENT)
    assert fires == {"ActivaWorkerDown"}


def test_only_times_are_shortened() -> None:
    faster = hastened(RULES, 15)
    assert "for: 8s" in faster
    assert "[60s])) > 2" in faster
    assert "> 3600" in faster
    assert re.sub(r"\d+[smh]\b", "", faster) == re.sub(r"\d+[smh]\b", "", RULES)
    assert hastened(RULES, 1).count("for: 120s") == RULES.count("for: 2m")


def test_it_is_known_how_long_each_alert_waits() -> None:
    assert waits(RULES).keys() == alerts().keys()
    assert waits(RULES)["ActivaWorkerDown"] == timedelta(minutes=2)
    assert waits(RULES)["ActivaWebhooksLost"] == timedelta()


def test_each_drill_is_of_an_alert() -> None:
    assert {each.alert for each in DRILLS} <= alerts().keys()


def test_the_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "operating.md"
    page.write_text(f"# Drills\n\n{report.BEGIN}of last year\n{report.END}\n## Images\n")
    drilled = Drilled(DRILLS[0], timedelta(seconds=8), 11.4, 5, 6.6, frozenset({"ActivaWorkOwed"}))
    text = report.table([drilled], 15)

    report.write(text, page)
    report.write(text, page)

    written = page.read_text()
    row = "| the only worker is stopped | 8 s | 11 s | 5 s | 7 s | ActivaWorkOwed |"
    assert written.count(row) == 1
    assert "divided by 15." in written
    assert "last year" not in written
    assert written.endswith(f"{report.END}\n## Images\n")
