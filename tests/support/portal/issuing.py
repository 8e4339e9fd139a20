"""A server that publishes the issuer's keys, well or badly."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import IO, Any

from joserfc.jwk import ECKey


class Issuer:
    """A server that publishes keys, which can be exchanged."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {"keys": []}
        self.asked = 0
        self.held = Event()
        """While it is not set, a document is sent but for its end."""
        self.held.set()
        self.instead: Callable[[IO[bytes]], None] | None = None
        """Sends something else in the place of the document."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                data = json.dumps(issuer.document).encode()
                self.send_response(200)
                if issuer.instead is not None:
                    self.end_headers()
                    issuer.instead(self.wfile)
                    return
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data[:-1])
                self.wfile.flush()
                issuer.held.wait(60)
                self.wfile.write(data[-1:])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Run such a server."""
    made = Issuer()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.held.set()
        made.server.shutdown()
        made.server.server_close()
        thread.join()


def published(kid: str) -> tuple[ECKey, dict[str, Any]]:
    key = ECKey.generate_key("P-256", parameters={"kid": kid})
    return key, dict(key.as_dict(private=False))
