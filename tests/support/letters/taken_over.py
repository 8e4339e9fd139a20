"""`python -m tests.support.letters.taken_over ACCOUNT CELL FD`: a helper whose children do what the upload tells them.

It stands for a parser that was taken over by its file. ACCOUNT is `own` or `plain`, CELL `confined` or `open`: in the
open one everything must succeed, or it would prove nothing that it does not in the other.
"""

import base64
import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from domain.letter.examination import Examination, Verdict
from letters.confinement.wire import Answer, receive_request, send_answer
from letters.confinement.zygote import main
from letters.reasons import because

PLAIN = 65534
LIBC = ctypes.CDLL(None, use_errno=True)
FAILED = Examination(verdict=Verdict.REJECTED, reasons=(because("unreadable"),))
SUCCEEDED = Examination(verdict=Verdict.ACCEPTED)


def system_call(number: int, *arguments: object) -> int:
    """Ask the kernel without the C library's help; raises OSError."""
    found = LIBC.syscall(number, *arguments)
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found


def attach(told: dict) -> None:
    """Take hold of the worker as a debugger."""
    if LIBC.ptrace(16, told["worker"], None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    LIBC.ptrace(17, told["worker"], None, None)


def read_worker(told: dict) -> None:
    """Copy some of the worker's memory by the call that exists for it."""
    found = ctypes.create_string_buffer(8)
    one = (ctypes.c_size_t * 2)(ctypes.addressof(found), 8)
    from_there = (ctypes.c_size_t * 2)(told["address"], 8)
    if LIBC.process_vm_readv(told["worker"], one, 1, from_there, 1, 0) != 8:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def read_memory(told: dict) -> None:
    """Read the worker's memory as a file."""
    with Path(f"/proc/{told['worker']}/mem").open("rb", buffering=0) as memory:
        memory.seek(told["address"])
        memory.read(8)


def leave_grandchild(told: dict) -> None:
    """Leave a process behind in a session of its own, which lives on."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            (Path(told["folder"]) / "done").write_text(str(os.getpid()))
            signal.pause()
        os._exit(0)
    os.wait()


def leave_child(told: dict) -> None:
    """Leave a process behind in the same group."""
    if (pid := os.fork()) == 0:
        signal.pause()
    (Path(told["folder"]) / "done").write_text(str(pid))


def spawn(number: int) -> None:
    """Make a process by a bare system call."""
    flags = struct.pack("=8Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    made = system_call(435, flags, len(flags)) if number == 435 else system_call(56, signal.SIGCHLD, 0, 0, 0, 0)
    if made == 0:
        os._exit(0)
    os.waitpid(made, 0)


def steal(_: dict) -> None:
    """Take the helper's control socket out of it."""
    helper = os.pidfd_open(os.getppid())
    system_call(438, helper, 0, 0)


def speak_elsewhere(_: dict) -> None:
    """Use whatever other descriptor was left open."""
    for descriptor in (*range(3, 200), *range(201, 256)):
        with suppress(OSError):
            os.write(descriptor, b"forged")
            return
    raise OSError(errno.EBADF, "nothing else is open")


def make_code(_: dict) -> None:
    with mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC):
        pass


def make_code_of_data(_: dict) -> None:
    with mmap.mmap(-1, 4096) as memory:
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        if LIBC.mprotect(ctypes.c_void_p(address), 4096, 5) != 0:
            raise OSError(ctypes.get_errno(), "mprotect")


def pass_descriptor(told: dict) -> None:
    """Hand a descriptor over on the connection."""
    with socket.socket(fileno=os.dup(told["connection"])) as connection:
        connection.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 1))])


def connect(told: dict) -> None:
    socket.create_connection(("127.0.0.1", told["port"]), 2).close()


def say_nothing_and_listen(_: dict) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()


def in_folder(act: Callable[[Path], object]) -> Callable[[dict], object]:
    return lambda told: act(Path(told["folder"]))


ATTACKS: dict[str, Callable[[dict], object]] = {
    "read the worker's environment": lambda told: Path(f"/proc/{told['worker']}/environ").read_bytes()[0],
    "read the worker's memory": read_memory,
    "copy the worker's memory": read_worker,
    "debug the worker": attach,
    "list all processes": lambda _: list(Path("/proc").iterdir()),
    "read a file": lambda _: Path("/etc/passwd").read_bytes(),
    "look at a file": lambda _: Path("/etc/passwd").stat(),
    "read its own memory's map": lambda _: Path("/proc/self/maps").read_bytes(),
    "connect by TCP": connect,
    "listen": say_nothing_and_listen,
    "open a datagram socket": lambda _: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close(),
    "open a socket of the kernel's": lambda _: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close(),
    "make a pair of sockets": lambda _: socket.socketpair(),
    "run a shell": lambda told: os.execv("/bin/sh", ["sh", "-c", f"echo > {told['folder']}/done"]),  # noqa: S606
    "fork": lambda _: os._exit(0) if (pid := os.fork()) == 0 else os.waitpid(pid, 0),
    "make a process by clone": lambda _: spawn(56),
    "make a process by clone3": lambda _: spawn(435),
    "leave a child": leave_child,
    "leave a grandchild": leave_grandchild,
    "write a new file": in_folder(lambda folder: (folder / "new").touch()),
    "open a file for writing": in_folder(lambda folder: (folder / "kept").open("ab").close()),
    "delete a file": in_folder(lambda folder: (folder / "deleted").unlink()),
    "rename a file": in_folder(lambda folder: (folder / "renamed").rename(folder / "otherwise")),
    "make a symbolic link": in_folder(lambda folder: (folder / "symbolic").symlink_to("/etc/passwd")),
    "make a hard link": in_folder(lambda folder: (folder / "hard").hardlink_to(folder / "kept")),
    "make a folder": in_folder(lambda folder: (folder / "folder").mkdir()),
    "change a file's mode": in_folder(lambda folder: (folder / "owned").chmod(0o666)),
    "empty a file": in_folder(lambda folder: os.truncate(folder / "kept", 0)),
    "signal the helper": lambda _: os.kill(os.getppid(), signal.SIGURG),
    "signal the worker": lambda told: os.kill(told["worker"], signal.SIGURG),
    "signal a thread of the worker": lambda told: system_call(234, told["worker"], told["worker"], signal.SIGURG),
    "signal by a descriptor": lambda told: signal.pidfd_send_signal(os.pidfd_open(told["worker"]), signal.SIGURG),
    "take a descriptor of the helper": steal,
    "speak on another descriptor": speak_elsewhere,
    "hand a descriptor over": pass_descriptor,
    "map memory that runs": make_code,
    "let data run": make_code_of_data,
    "make a file of memory": lambda _: os.close(os.memfd_create("hidden")),
    "share memory": lambda _: system_call(29, 0, 4096, 0o1600),
    "live longer": lambda _: signal.setitimer(signal.ITIMER_REAL, 0),
    "ignore the alarm": lambda _: signal.signal(signal.SIGALRM, signal.SIG_IGN),
    "be seen by debuggers again": lambda _: system_call(157, 4, 1, 0, 0, 0),
    "leave its group": lambda _: os.setpgid(0, os.getpgid(os.getppid())),
    "wait for the kernel's ring": lambda _: os.close(system_call(425, 1, ctypes.create_string_buffer(120))),
}
"""What a process may well want: each raises OSError where it is refused."""


def serve(connection: socket.socket) -> None:
    """Try what the upload names, and answer whether it went; or give the answer that the upload holds."""
    _, files, _ = receive_request(connection)
    told = json.loads(files[0][files[0].index(b"{") :])
    if "finding" in told:
        pictures = tuple(base64.b64decode(picture) for picture in told["pictures"])
        send_answer(connection, Answer(told["finding"].encode(), pictures))
        return
    if "abort" in told:
        os.abort()
    if "print" in told:
        os.write(2, told["print"].encode())
    if "raw" in told:
        connection.sendall(base64.b64decode(told["raw"]))
        return
    try:
        ATTACKS[told["try"]]({**told, "connection": connection.fileno()})
    except OSError:
        send_answer(connection, Answer(FAILED.model_dump_json().encode()))
    else:
        send_answer(connection, Answer(SUCCEEDED.model_dump_json().encode()))


if __name__ == "__main__":
    account, cell, control = sys.argv[1:4]
    if account == "plain":
        os.setgroups([])
        os.setgid(PLAIN)
        os.setuid(PLAIN)
        LIBC.prctl(4, 1, 0, 0, 0)  # as a process that was started under this account
    main(socket.socket(fileno=int(control)), serve, confined=cell == "confined")
