"""The product's programs run from their images: on a root that can't be written, without rights, by podman.

They share the machine's network, so that the local stack's servers are at hand.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from scripts.images import Store
from stack.patience import Patience
from stack.process import Program

UNPRIVILEGED = (
    *("--read-only", "--read-only-tmpfs=false", "--tmpfs=/tmp:rw,noexec,nosuid,size=64m"),
    *("--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=host"),
    # Less than the machine's, which podman would otherwise ask for, also where it may not.
    *("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"),
)
"""What a cautious platform gives a container."""


def podman(store: Store) -> tuple[str, ...]:
    """Return how podman is called; runc, where it is, also runs beside old control groups."""
    runtime = shutil.which("runc")
    return ("podman", *store.options(), *(("--runtime", runtime) if runtime else ()), "--cgroup-manager=cgroupfs")


def run(
    store: Store, image: str, settings: Mapping[str, str], *arguments: str, options: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the command that runs an image; its values come from the command's own environment."""
    passed = [f"--env={name}" for name in settings if name.startswith(("ACTIVA_", "TEMPORAL_"))]
    return (
        *(*podman(store), "run", "--rm", "--pull=never", *UNPRIVILEGED, *passed, *options),
        *(f"localhost/activa-{image}", *arguments),
    )


def contained(program: Program, store: Store, image: str, *folders: Path) -> Program:
    """Return a program of the local stack run from its image instead, which may read these folders."""
    settings = {name: value for name, value in program.environment.items() if name != "TEMPORAL_CONFIG_FILE"}
    seen = [f"--volume={each}:{each}:ro" for each in folders]
    return replace(
        program,
        command=run(store, image, settings, options=seen),
        environment=settings | {"PATH": os.environ["PATH"]},
        # What works is no child of podman's, which itself does nothing.
        patience=Patience(idle_within=timedelta(minutes=8)),
        stop_within=timedelta(minutes=1),
    )
