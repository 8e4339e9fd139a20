"""What the checker and its child process say to each other: one request, one answer, each with its sizes up front."""

import socket
import struct
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from domain.errors import ActivaError
from domain.letter.content import LetterContent
from domain.letter.examination import DEFAULT_INTAKE_BYTES
from domain.model import Model

Task = Literal["check", "gate", "flatten"]

MAX_REQUEST_BYTES: Final = 64 << 20
MAX_FINDING_BYTES: Final = 60_000
MAX_DOCUMENT_BYTES: Final = 16 << 20

_COUNT: Final = struct.Struct("!B")
_SIZE: Final = struct.Struct("!I")
_SIZES: Final = struct.Struct("!II")


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
    """What came of it."""

    finding: bytes = b""
    """As JSON; empty where only a document was asked for."""
    document: bytes = b""
    """A PDF, where one was made."""


STALLED: Final = Answer(b"stalled")
"""In place of a child that had no chance to work: the machine stood still or was too busy."""


def send_request(connection: socket.socket, request: Request, files: Sequence[bytes], issued_pdf: bytes) -> None:
    """Send a request with the uploaded files and the issued letter."""
    parts = (request.model_dump_json().encode(), issued_pdf, *files)
    sizes = b"".join(_SIZE.pack(len(part)) for part in parts)
    # In one piece: to send even nothing more to a child that has already answered is an error.
    connection.sendall(b"".join((_COUNT.pack(len(parts)), sizes, *parts)))


def receive_request(connection: socket.socket) -> tuple[Request, tuple[bytes, ...], bytes]:
    """Return a request with the uploaded files and the issued letter."""
    (count,) = _COUNT.unpack(_receive(connection, _COUNT.size))
    sizes = [_SIZE.unpack(_receive(connection, _SIZE.size))[0] for _ in range(count)]
    if sum(sizes) > MAX_REQUEST_BYTES:
        raise WireError("the request is too large")
    header, issued_pdf, *files = (_receive(connection, size) for size in sizes)
    return Request.model_validate_json(header), tuple(files), issued_pdf


def send_answer(connection: socket.socket, answer: Answer) -> None:
    """Send an answer."""
    connection.sendall(_SIZES.pack(len(answer.finding), len(answer.document)) + answer.finding + answer.document)


def receive_answer(connection: socket.socket) -> Answer:
    """Return an answer, or raise WireError when it is larger than any may be; a timeout goes through."""
    finding, document = _SIZES.unpack(_receive(connection, _SIZES.size))
    if finding > MAX_FINDING_BYTES or document > MAX_DOCUMENT_BYTES:
        raise WireError("the answer is too large")
    return Answer(_receive(connection, finding), _receive(connection, document))


def _receive(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise WireError("the other side closed the connection")
        parts += part
    return bytes(parts)
