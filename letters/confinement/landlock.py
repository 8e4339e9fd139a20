"""Landlock: the kernel keeps a child from every file, from the network, and from signals to anybody else.

Where the kernel has it, it holds beside the filter of system calls, so that a hole in either is not enough.
"""

import ctypes
import os
import struct
from typing import Final

_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
"""The same numbers on every machine."""
_ASK_VERSION: Final = 1
_FILE_RIGHTS: Final = ((5, 0xFFFF), (3, 0x7FFF), (2, 0x3FFF), (1, 0x1FFF))
"""From which version on which rights to files are known: the more, the newer."""
_NETWORK_SINCE: Final = 4
_SCOPES_SINCE: Final = 6
_BOTH: Final = 3
"""To bind and to connect; abstract sockets and signals."""


def version() -> int:
    """Return the version that the kernel has, 0 where it has none."""
    found: int = _libc().syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    return max(0, found)


def ruleset() -> int | None:
    """Return the descriptor of a set of rules that allows nothing, or None where the kernel has no Landlock."""
    known = version()
    if not known:
        return None
    files = next(rights for since, rights in _FILE_RIGHTS if known >= since)
    network, scopes = (_BOTH if known >= since else 0 for since in (_NETWORK_SINCE, _SCOPES_SINCE))
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _NETWORK_SINCE else 8
    rules = struct.pack("=QQQ", files, network, scopes)[:size]
    descriptor: int = _libc().syscall(_CREATE_RULESET, rules, size, 0)
    return descriptor if descriptor >= 0 else None


def obey(descriptor: int) -> None:
    """Put this process under a set of rules for good; raises OSError. Needs no_new_privs."""
    libc = _libc()
    if libc.syscall(_RESTRICT_SELF, descriptor, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
