"""Two S3 servers on loopback for the tests: moto in this process, and the local stack's own in a process of its own."""

import functools
import logging
import os
import subprocess
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from adapters import s3
from stack.probes import free_port

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MINISTACK = Path(__file__).parents[2] / ".venv-s3" / "bin" / "ministack"


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server and give its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, _application(), threaded=True, request_handler=MotoRequestHandler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _application() -> "WSGIApplication":
    """Keep what S3 promises and moto does not: a write on a condition sees the writes before it, and none half done.

    What is signed for S3 goes there straight: to find out by moto's own means takes a fifth of a call.
    """
    writing, of_s3, of_any = threading.Lock(), create_backend_app("s3"), DomainDispatcherApplication(create_backend_app)

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        application = of_s3 if "/s3/aws4_request" in environ.get("HTTP_AUTHORIZATION", "") else of_any
        with nullcontext() if environ["REQUEST_METHOD"] in {"GET", "HEAD"} else writing:
            return application(environ, start_response)

    return serve


class Ministack:
    """The local S3 server over a folder; it can be killed and started again over the same one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        assert MINISTACK.exists(), "the local S3 server is not installed; run `make setup`"
        environment = {
            **os.environ,
            "SERVICES": "s3",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self._folder / "data"),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder / "state"),
        }
        self._process = subprocess.Popen(
            [MINISTACK], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        output = self._process.stdout
        assert output is not None
        said = []
        for line in output:
            said.append(line)
            if "Running on" in line:
                break
        else:
            raise AssertionError("ministack did not start:\n" + "".join(said))
        self._reader = threading.Thread(target=_drain, args=(output,), daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Run ministack and give its address."""
    server = Ministack(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.kill()


def _drain(output: IO[str]) -> None:
    with output:
        for _ in output:
            pass


@functools.cache
def client(url: str) -> Any:
    """Return a client for a server that takes any credentials; making one costs far more than a call."""
    return s3.connect(
        endpoint_url=url,
        region="us-east-1",
        access_key_id="local",
        secret_access_key="local",
        connections=10,
    )


def new_bucket(url: str) -> tuple[Any, str]:
    """Create an empty bucket; return a client and its name."""
    connection = client(url)
    name = f"test-{uuid.uuid4().hex}"
    connection.create_bucket(Bucket=name)
    return connection, name
