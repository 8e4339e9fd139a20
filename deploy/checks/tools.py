"""The tools of `requirements/deploy.txt`, which live in an environment of their own, `.venv-deploy`."""

import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from domain.errors import ActivaError

HERE: Final = Path(__file__).resolve().parents[2] / ".venv-deploy" / "bin"
SLOWEST_SECONDS: Final = 120
LINES_SHOWN: Final = 40

Check = Callable[[Path], Iterable[str]]
"""From a project's root to what is wrong there."""


class ToolMissingError(ActivaError):
    """A tool is not installed; the text says how it is."""


def path_of(tool: str) -> Path:
    """Return where a tool lies; raises ToolMissingError."""
    found = HERE / tool
    if not found.exists():
        raise ToolMissingError(f"{found} is missing: `make check-deploy` installs it")
    return found


def run(
    tool: str,
    *arguments: str | Path,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    given: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a tool in a folder and return how it ended; it sees PATH, HOME and TMPDIR of this process, no more."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(  # noqa: S603 - tools of the lock, arguments of the checks
        [path_of(tool), *arguments],
        cwd=folder,
        env=kept | dict(environment or {}),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=SLOWEST_SECONDS,
    )


def complaints(done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Yield what a tool that ended with an error said, and nothing where it ended well."""
    if done.returncode == 0:
        return
    lines = [line.rstrip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    tool = Path(done.args[0]).name
    yield from lines[:LINES_SHOWN] or [f"{tool} ended with {done.returncode} and said nothing"]


def files(root: Path, folders: Iterable[str], *endings: str) -> list[Path]:
    """Return the files under these folders whose names end so, as paths from the root."""
    found = (path for folder in folders for path in (root / folder).rglob("*") if path.is_file())
    return sorted(path.relative_to(root) for path in found if path.name.endswith(endings))
