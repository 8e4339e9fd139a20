"""What the adapter makes of a server or a network that fails, spoken over a real socket."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from botocore.config import Config

from adapters.s3 import S3Objects, bucket_exists
from domain.errors import StoreUnavailableError
from stack.probes import free_port
from tests.support import s3_servers

KEY = "profiles/C1001/company.json"
SECRET = "Maria Perez 52123456"
ERROR = "<Error><Code>{code}</Code><Message>{secret}</Message><Key>{key}</Key></Error>"

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Run a server that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # boto3 asks before it sends a body, and only 1.1 answers

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)
            self.close_connection = True

        do_GET = do_PUT = do_HEAD = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def refusing(status: int, code: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        body = ERROR.format(code=code, secret=SECRET, key=KEY).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def cut_short(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("ETag", '"0"')
    request.send_header("Last-Modified", "Tue, 24 Nov 2026 04:00:00 GMT")
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"only the beginning")


def calls(objects: S3Objects) -> list[Callable[[], object]]:
    return [
        lambda: objects.get(KEY),
        lambda: objects.put(KEY, SECRET.encode(), "application/json"),
        lambda: objects.put_new(KEY, SECRET.encode(), "application/json"),
        lambda: objects.replace(KEY, SECRET.encode(), "application/json", '"0"'),
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        pytest.param(500, "InternalError", id="server error"),
        pytest.param(503, "SlowDown", id="throttled"),
        pytest.param(403, "AccessDenied", id="denied"),
    ],
)
def test_a_refusal_names_operation_and_code_and_nothing_else(status: int, code: str):
    with serving(refusing(status, code)) as url:
        for call in calls(S3Objects(s3_servers.client(url), "bucket")):
            with pytest.raises(StoreUnavailableError, match=rf"S3 (Get|Put)Object: {code}") as caught:
                call()
            assert SECRET not in str(caught.value)
            assert KEY not in str(caught.value)
            assert caught.value.__suppress_context__


def test_being_denied_names_the_bucket_and_the_command_that_mends_it():
    with serving(refusing(403, "AccessDenied")) as url:
        objects = S3Objects(s3_servers.client(url), "activa-docs")
        with pytest.raises(StoreUnavailableError, match=r"bucket activa-docs .*`python -m deploy\.bootstrap`"):
            objects.get(KEY)


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_a_write_that_meets_another_one_has_lost(code: str):
    with serving(refusing(412 if code == "PreconditionFailed" else 409, code)) as url:
        objects = S3Objects(s3_servers.client(url), "bucket")
        assert objects.put_new(KEY, b"1", "application/json") is False
        assert objects.replace(KEY, b"1", "application/json", '"0"') is False


def test_another_conflict_is_not_taken_for_a_lost_race():
    with serving(refusing(409, "OperationAborted")) as url:
        objects = S3Objects(s3_servers.client(url), "bucket")
        with pytest.raises(StoreUnavailableError, match="OperationAborted"):
            objects.put_new(KEY, b"1", "application/json")


def test_nobody_listening_is_a_store_out_of_reach():
    objects = S3Objects(s3_servers.client(f"http://127.0.0.1:{free_port()}"), "bucket")
    for call in calls(objects):
        with pytest.raises(StoreUnavailableError, match=r"S3 (Get|Put)Object: EndpointConnectionError$"):
            call()


@pytest.mark.parametrize("limit", [None, 500, 5000])
def test_an_answer_cut_short_is_never_taken_for_the_object(limit: int | None):
    with serving(cut_short) as url:
        objects = S3Objects(s3_servers.client(url), "bucket")
        with pytest.raises(StoreUnavailableError, match="S3 GetObject: "):
            objects.get(KEY, limit)


def test_a_server_that_does_not_answer_is_out_of_reach():
    released = threading.Event()
    with serving(lambda _: released.wait() and None) as url:
        client = boto3.Session().client(
            "s3",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(read_timeout=0.1, retries={"total_max_attempts": 1}),
        )
        try:
            with pytest.raises(StoreUnavailableError, match="S3 GetObject: ReadTimeoutError"):
                S3Objects(client, "bucket").get(KEY)
        finally:
            released.set()


def test_bucket_exists_does_not_take_a_refusal_for_an_absence():
    with serving(refusing(403, "AccessDenied")) as url, pytest.raises(StoreUnavailableError, match="HeadBucket"):
        bucket_exists(s3_servers.client(url), "bucket")
