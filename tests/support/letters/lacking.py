"""`python -m tests.support.letters.lacking LAYERS ARGUMENTS`: Python as on a machine whose kernel lacks some layers.

LAYERS are `seccomp`, `landlock` and `namespaces`, with commas. They are refused by a filter of system calls, which
holds for whatever is started from here.
"""

import ctypes
import errno
import os
import sys

from letters.confinement.system_calls import ALLOW, Call, Must, install, own_machine, program

NO_NEW_PRIVILEGES = 38
LAYERS = {
    "seccomp": (
        Call("seccomp", (317, 277), refused_with=errno.ENOSYS),
        Call("prctl", (157, 167), (Must(0, (22,)),), refused_with=errno.EINVAL),
    ),
    "landlock": (Call("landlock_create_ruleset", (444, 444), refused_with=errno.ENOSYS),),
    "namespaces": (Call("unshare", (272, 97), refused_with=errno.EPERM),),
}

if __name__ == "__main__":
    refused = tuple(call for layer in sys.argv[1].split(",") for call in LAYERS[layer])
    machine = own_machine()
    assert machine is not None
    ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    install(program(machine, refused, ALLOW))
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606  # a filter is kept over it
