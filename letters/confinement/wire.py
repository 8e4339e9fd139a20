"""What the checker and its child process say to each other: one request, one answer, each with its sizes up front."""

import socket
import struct
from typing import Final, Literal

from domain.errors import ActivaError
from domain.letter.content import LetterContent
from domain.model import Model

Task = Literal["check", "gate", "flatten"]

STALLED: Final = b"stalled"
"""The answer in place of a child that had no chance to work: the machine stood still or was too busy."""
MAX_REQUEST_BYTES: Final = 64 << 20
MAX_FINDING_BYTES: Final = 60_000
MAX_FLATTENED_BYTES: Final = 16 << 20

_SIZES: Final = struct.Struct("!III")
_SIZE: Final = struct.Struct("!I")


class WireError(ActivaError):
    """The other side closed too early, or said more than it may."""


class Request(Model):
    """What to do with a file. `content` and what follows are given for a check only."""

    task: Task
    limit_bytes: int
    content: LetterContent | None = None
    older_folios: tuple[str, ...] = ()


def send_request(connection: socket.socket, request: Request, data: bytes, issued_pdf: bytes) -> None:
    """Send a request with the uploaded file and the issued letter."""
    header = request.model_dump_json().encode()
    # In one piece: to send even nothing more to a child that has already answered is an error.
    connection.sendall(b"".join((_SIZES.pack(len(header), len(data), len(issued_pdf)), header, data, issued_pdf)))


def receive_request(connection: socket.socket) -> tuple[Request, bytes, bytes]:
    """Return a request with the uploaded file and the issued letter."""
    sizes = _SIZES.unpack(_receive(connection, _SIZES.size))
    if sum(sizes) > MAX_REQUEST_BYTES:
        raise WireError("the request is too large")
    header, data, issued_pdf = (_receive(connection, size) for size in sizes)
    return Request.model_validate_json(header), data, issued_pdf


def send_answer(connection: socket.socket, answer: bytes) -> None:
    """Send an answer."""
    connection.sendall(_SIZE.pack(len(answer)) + answer)


def receive_answer(connection: socket.socket, most_bytes: int) -> bytes:
    """Return an answer of at most so many bytes, or raise WireError; a timeout goes through."""
    (size,) = _SIZE.unpack(_receive(connection, _SIZE.size))
    if size > most_bytes:
        raise WireError("the answer is too large")
    return _receive(connection, size)


def _receive(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise WireError("the other side closed the connection")
        parts += part
    return bytes(parts)
