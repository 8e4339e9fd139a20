"""What the checker, its helper and a child process say to each other: one request, one answer, one word on its end.

The answer comes from the child, which is not trusted; how the child ended comes from the helper, on a pipe of its own
that no child holds.
"""

import socket
import struct
from collections.abc import Sequence
from enum import Enum
from typing import Final, Literal, NamedTuple

from domain.errors import ActivaError
from domain.letter.content import LetterContent
from domain.letter.examination import DEFAULT_INTAKE_BYTES, MOST_PAGES
from domain.model import Model

Task = Literal["check", "gate", "flatten"]

MAX_REQUEST_BYTES: Final = 64 << 20
MAX_FINDING_BYTES: Final = 60_000
MAX_DOCUMENT_BYTES: Final = 16 << 20

_COUNT: Final = struct.Struct("!B")
_SIZE: Final = struct.Struct("!I")


class WireError(ActivaError):
    """The other side closed too early, or said more than it may."""


class Request(Model):
    """What to do with an upload. `content` and what follows are given for a check only."""

    task: Task
    limit_bytes: int
    intake_bytes: int = DEFAULT_INTAKE_BYTES
    content: LetterContent | None = None
    older_folios: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What came of it, as the child tells it."""

    finding: bytes = b""
    """As JSON; empty where only pictures were asked for."""
    pictures: tuple[bytes, ...] = ()
    """The pages of the document that is to be made, as JPEG."""


class Ending(Enum):
    """How a child ended that gave no answer, in the helper's word."""

    FAILED = b"x"
    """Of itself, at a limit, or by an error of a library."""
    STALLED = b"s"
    """Out of time without a chance to work: the machine stood still or was too busy."""
    FORBIDDEN = b"f"
    """Ended by the kernel, because it asked for what it may not."""


def send_request(connection: socket.socket, request: Request, files: Sequence[bytes], issued_pdf: bytes) -> None:
    """Send a request with the uploaded files and the issued letter."""
    # In one piece: to send even nothing more to a child that has already answered is an error.
    connection.sendall(_parts((request.model_dump_json().encode(), issued_pdf, *files)))


def receive_request(connection: socket.socket) -> tuple[Request, tuple[bytes, ...], bytes]:
    """Return a request with the uploaded files and the issued letter."""
    sizes = _receive_sizes(connection)
    if sum(sizes) > MAX_REQUEST_BYTES:
        raise WireError("the request is too large")
    header, issued_pdf, *files = (_receive(connection, size) for size in sizes)
    return Request.model_validate_json(header), tuple(files), issued_pdf


def send_answer(connection: socket.socket, answer: Answer) -> None:
    """Send an answer."""
    connection.sendall(_parts((answer.finding, *answer.pictures)))


def receive_answer(connection: socket.socket) -> Answer:
    """Return an answer, or raise WireError when it is larger than any may be; a timeout goes through."""
    sizes = _receive_sizes(connection)
    if not 1 <= len(sizes) <= 1 + MOST_PAGES or sizes[0] > MAX_FINDING_BYTES or sum(sizes[1:]) > MAX_DOCUMENT_BYTES:
        raise WireError("the answer is too large")
    finding, *pictures = (_receive(connection, size) for size in sizes)
    return Answer(finding, tuple(pictures))


def _parts(parts: Sequence[bytes]) -> bytes:
    return b"".join((_COUNT.pack(len(parts)), *(_SIZE.pack(len(part)) for part in parts), *parts))


def _receive_sizes(connection: socket.socket) -> list[int]:
    (count,) = _COUNT.unpack(_receive(connection, _COUNT.size))
    return [_SIZE.unpack(_receive(connection, _SIZE.size))[0] for _ in range(count)]


def _receive(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise WireError("the other side closed the connection")
        parts += part
    return bytes(parts)
