"""The one way to look at an uploaded file: bytes in, a verdict out, nothing of it in this process.

A checker may be used by several threads at once. It starts its helper process at the first use and again when that
has died.
"""

import contextlib
import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self, TypeVar

from domain.errors import ActivaError, ServiceUnavailableError
from domain.letter.examination import (
    DEFAULT_INTAKE_BYTES,
    DEFAULT_LIMIT_BYTES,
    Examination,
    LetterOnRecord,
    Verdict,
)
from domain.reason import Reason
from letters.confinement.answers import AnswerError, Upload, believed, flattened
from letters.confinement.layers import Layers
from letters.confinement.limits import WALL_SECONDS
from letters.confinement.wire import Answer, Ending, Request, WireError, receive_answer, send_request
from letters.gate.file_bytes import too_large
from letters.reasons import because

_ROOM: Final = Path(__file__).parents[2]
_START_SECONDS: Final = 60.0
_GRACE_SECONDS: Final = 1.5
_READY_BYTES: Final = 1024
_CLOSING_MS: Final = 50
_AT_ONCE_SECONDS: Final = 1.5
"""Two tries, the second to the limit of time, end within 12 seconds."""

LOG = logging.getLogger("activa.letters")

Result = TypeVar("Result")


class ConfinementError(ActivaError):
    """The machine can't confine the child processes; the text says what to do."""


class LetterCheckUnavailableError(ServiceUnavailableError):
    """The helper process can't be started, died twice or had no chance to work; the same call may succeed later."""


class LetterChecker:
    """Checks uploads in confined child processes. Close it, or use it as a context."""

    _HELPER: ClassVar[tuple[str, ...]] = ("-m", "letters.confinement.zygote")

    def __init__(self, trust_roots: Path | None = None, at_once: int = 2, *, seccomp_required: bool = True) -> None:
        """Accept digital signatures under the certificates in a folder; check so many files at once.

        Where seccomp is required, nothing is checked on a machine without it.
        """
        if trust_roots is not None and not trust_roots.is_dir():
            raise NotADirectoryError(f"{trust_roots}: is no folder of trusted certificates; create it or leave it out")
        self._trust_roots = trust_roots
        self._seccomp_required = seccomp_required
        self._layers = Layers()
        self._slots = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def helper_pid(self) -> int | None:
        """The helper process, while it runs."""
        return None if self._process is None else self._process.pid

    def warm(self) -> Layers:
        """Start the helper process now, so that no file waits for it, and return what its children are confined by.

        Raises ConfinementError on a machine without seccomp, LetterCheckUnavailableError where it does not start.
        """
        with self._slots:
            self._running()
        return self._layers

    def examine(self, files: Sequence[bytes], size_bytes: int, letter: LetterOnRecord) -> Examination:
        """Return whether an upload is the letter on record, signed; several files are photos of it.

        Of an upload that is too large its beginning is enough, with the size of the whole.
        """
        if size_bytes > letter.intake_bytes:
            return Examination(verdict=Verdict.REJECTED, reasons=(too_large(size_bytes, letter.intake_bytes),))
        request = Request(
            task="check",
            limit_bytes=letter.limit_bytes,
            intake_bytes=letter.intake_bytes,
            content=letter.content,
            older_folios=letter.older_folios,
        )
        return self._find(request, files, letter.pdf)

    def check(self, data: bytes, letter: LetterOnRecord) -> Examination:
        """Return whether one file is the letter on record, signed."""
        return self.examine((data,), len(data), letter)

    def gate(self, data: bytes, intake_bytes: int = DEFAULT_INTAKE_BYTES) -> tuple[Reason, ...]:
        """Return why a file is not a scan or a photo that may be looked at, or nothing."""
        if len(data) > intake_bytes:
            return (too_large(len(data), intake_bytes),)
        return self._find(Request(task="gate", limit_bytes=intake_bytes), (data,), b"").reasons

    def flatten(self, data: bytes, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> bytes | None:
        """Return a PDF of grey pictures of a file's pages, safe to show to people, or None when it can't be drawn."""
        return self._ask(Request(task="flatten", limit_bytes=limit_bytes), (data,), b"", flattened)

    def close(self) -> None:
        """End the helper process."""
        with self._lock:
            self._stop()

    def _find(self, request: Request, files: Sequence[bytes], issued_pdf: bytes) -> Examination:
        upload = Upload(request, files, issued_pdf)
        found = self._ask(request, files, issued_pdf, lambda answer: believed(answer, upload))
        return found or Examination(verdict=Verdict.REJECTED, reasons=(because("too_complex"),))

    def _ask(
        self, request: Request, files: Sequence[bytes], issued_pdf: bytes, take: Callable[[Answer], Result]
    ) -> Result | None:
        """Return what is taken from the child's answer, or None when the upload made it fail.

        A helper that died is started again, and a child that ended at once gets a second chance: the machine may have
        been short of memory for a moment. One that was stopped at its limits, or at what it may not, does not.
        """
        with self._slots:
            failed_alone = False
            for _ in range(2):
                process, control = self._running()
                started = time.monotonic()
                try:
                    answer = _ask_child(control, request, files, issued_pdf)
                except OSError:
                    self._discard(process)
                    failed_alone = False
                    continue
                if isinstance(answer, Answer):
                    return _taken(answer, take)
                if answer is Ending.FORBIDDEN:
                    LOG.warning("a check was stopped: its process asked the kernel for what it may not")
                    return None
                failed_alone = _is_open(control)
                if not failed_alone:
                    self._discard(process)
                elif time.monotonic() - started > _AT_ONCE_SECONDS:
                    return None
        if failed_alone:
            return None
        raise LetterCheckUnavailableError("the process that checks letters died twice; look at the worker's memory")

    def _discard(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._process is process:
                self._stop()

    def _running(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        with self._lock:
            if self._process is None or self._control is None or self._process.poll() is not None:
                self._stop()
                self._start()
            if self._process is None or self._control is None:
                raise LetterCheckUnavailableError("the process that checks letters does not start; run it by hand")
            return self._process, self._control

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            arguments = [sys.executable, *self._HELPER, str(theirs.fileno())]
            process = subprocess.Popen(  # noqa: S603  # our own module, no argument from outside
                arguments + ([str(self._trust_roots)] if self._trust_roots else []),
                pass_fds=[theirs.fileno()],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.settimeout(_START_SECONDS)
        with contextlib.suppress(OSError):
            if ready := ours.recv(_READY_BYTES):
                ours.settimeout(None)
                self._process, self._control = process, ours
                self._layers = Layers.model_validate_json(ready)
                self._require_seccomp()
                return
        ours.close()
        process.kill()
        process.wait()

    def _require_seccomp(self) -> None:
        if self._seccomp_required and not self._layers.seccomp:
            self._stop()
            raise ConfinementError(
                f"the processes that open uploads would be confined by {self._layers}; let the kernel filter system "
                "calls (seccomp), or, for a worker on loopback, set ACTIVA_WORKER__CONFINEMENT=without_seccomp"
            )

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None


def _ask_child(
    control: socket.socket, request: Request, files: Sequence[bytes], issued_pdf: bytes
) -> Answer | Ending | None:
    """Return a child's answer, or how it ended without one; None when the helper ended too."""
    ours, theirs = socket.socketpair()
    told, tells = os.pipe()
    with ours, os.fdopen(told, "rb", buffering=0) as ending:
        with theirs, os.fdopen(tells, "wb", buffering=0):
            socket.send_fds(control, [b"f"], [theirs.fileno(), tells])
        ours.settimeout(WALL_SECONDS + _GRACE_SECONDS)
        word = b""
        try:
            # A child may end before it has read all, and be spoken for.
            with contextlib.suppress(ConnectionError):
                send_request(ours, request, files, issued_pdf)
            with contextlib.suppress(WireError, ConnectionError):
                return receive_answer(ours)
            ours.close()
            if select.select([ending], [], [], WALL_SECONDS + _GRACE_SECONDS)[0]:
                word = ending.read(1)
        except TimeoutError:
            word = Ending.STALLED.value
    if word == Ending.STALLED.value:
        raise LetterCheckUnavailableError("a letter's check had no chance to work; look at the worker's load")
    return Ending(word) if word else None


def _taken(answer: Answer, take: Callable[[Answer], Result]) -> Result | None:
    try:
        return take(answer)
    except AnswerError as error:
        LOG.warning("a check's answer was not taken: %s", error)
        return None


def _is_open(control: socket.socket) -> bool:
    """Tell whether the helper still listens: its end closes while it dies, well before it can be waited for."""
    ending = select.poll()
    try:
        ending.register(control, select.POLLIN)
    except ValueError:  # another thread has closed it
        return False
    return not ending.poll(_CLOSING_MS)


def _environment() -> dict[str, str]:
    """Return what the helper needs and no more: the worker's keys are none of its business."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    # More threads than one would make a fork unsafe.
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # Large pictures come and go: memory that is kept for the next one costs no page faults.
    kept |= dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), str(1 << 29))
    kept["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
    return kept | single | {"PYTHONPATH": str(_ROOM), "PYTHONDONTWRITEBYTECODE": "1"}
