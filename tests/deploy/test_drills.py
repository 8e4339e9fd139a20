"""The drills' own parts: rules hastened without being changed otherwise, under a Prometheus that really looks."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread

import pytest

from stack.probes import free_port
from tests.support.drills import disks, report
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
    assert "activa_oldest_owed_seconds) > 240" in faster
    assert "activa_counted_at_seconds) > 300" in faster  # workers count no more often for it
    times = r"\d+[smh]\b|(?<=owed_seconds\) > )\d+"
    assert re.sub(times, "", faster) == re.sub(times, "", RULES)
    assert hastened(RULES, 1).count("for: 120s") == RULES.count("for: 2m")
    assert "> 3600" in hastened(RULES, 1)


def test_it_is_known_how_long_each_alert_waits() -> None:
    assert waits(RULES).keys() == alerts().keys()
    assert waits(RULES)["ActivaWorkerDown"] == timedelta(minutes=2)
    assert waits(RULES)["ActivaWorkOwed"] == timedelta(hours=1, minutes=5)
    assert waits(RULES)["ActivaWebhooksLost"] == timedelta()


def test_each_drill_is_of_an_alert_or_of_silence() -> None:
    assert {each.name for each in DRILLS if each.fires} <= alerts().keys()
    assert {each.waits_as for each in DRILLS} <= alerts().keys()
    assert not {each.name for each in DRILLS if not each.fires} & alerts().keys()


@needs_prometheus
async def test_a_drill_of_silence_fails_where_an_alert_fires(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    async with watching(tmp_path / "prometheus", hastened(RULES, 120), nobody) as prometheus:
        with pytest.raises(AssertionError, match="ActivaWorkerDown"):
            await prometheus.stays_silent(PATIENT)


@pytest.mark.parametrize(
    ("most", "written"), [pytest.param([0], 0, id="full"), pytest.param([0, None], 10, id="emptied")]
)
def test_a_full_disk_is_one_for_what_a_process_has_started_too(
    tmp_path: Path, most: list[int | None], written: int
) -> None:
    command = "(echo begun; exec cat > written)"
    with Popen(["sh", "-c", f"{command}; true"], cwd=tmp_path, stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        for most_bytes in most:
            disks.let_write(process.pid, most_bytes)
        process.communicate(b"0123456789")
    assert (tmp_path / "written").stat().st_size == written


def test_the_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "operating.md"
    page.write_text(f"# Drills\n\n{report.BEGIN}of last year\n{report.END}\n## Images\n")
    drilled = Drilled(DRILLS[0], timedelta(seconds=8), 11.4, 5, 6.6, frozenset({"ActivaWorkOwed"}))
    silent = Drilled(DRILLS[-1], timedelta(seconds=20), 21, 14, 14, frozenset())
    text = report.table([drilled, silent], 15)

    report.write(text, page)
    report.write(text, page)

    written = page.read_text()
    row = "| the only worker is stopped | 8 s | 11 s | 5 s | 7 s | ActivaWorkOwed |"
    assert written.count(row) == 1
    assert "| – | not in 20 s | 14 s | – | – |" in written
    assert "divided by 15." in written
    assert "last year" not in written
    assert written.endswith(f"{report.END}\n## Images\n")
