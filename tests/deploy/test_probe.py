"""A container's health check: it asks where the settings say, by the portal's own name."""

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from stack.probes import free_port
from stack.process import ROOT


class Answering(BaseHTTPRequestHandler):
    asked: tuple[str, str]
    status = 200

    def do_GET(self) -> None:
        type(self).asked = (self.path, self.headers["Host"])
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Answering.status = 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def probe(process: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "deploy/probe.py", process],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_portal_is_asked_at_its_own_address_by_its_own_name(port: int) -> None:
    settings = {"ACTIVA_PORTAL__ADDRESS": f"0.0.0.0:{port}", "ACTIVA_PORTAL_URL": "https://activa.example.com"}
    assert probe("portal", **settings) == (0, "")
    assert Answering.asked == ("/salud", "activa.example.com")


def test_a_worker_is_asked_for_its_metrics(port: int) -> None:
    assert probe("worker", ACTIVA_WORKER__METRICS_ADDRESS=f"127.0.0.1:{port}") == (0, "")
    assert Answering.asked == ("/metrics", f"127.0.0.1:{port}")


def test_one_that_answers_badly_is_not_well(port: int) -> None:
    Answering.status = 503
    assert probe("codec", ACTIVA_CODEC__ADDRESS=f"127.0.0.1:{port}") == (
        1,
        f"codec answers 503 at 127.0.0.1:{port}/health\n",
    )


def test_one_that_does_not_answer_is_not_well() -> None:
    status, said = probe("worker", ACTIVA_WORKER__METRICS_ADDRESS=f"127.0.0.1:{free_port()}")
    assert status == 1
    assert "worker does not answer" in said


def test_a_process_that_is_not_known_is_refused() -> None:
    assert probe("letters") == (2, "usage: probe.py worker|portal|codec\n")
