"""An earlier version of the product, taken out of the repository's history, for the second worker of a run."""

import io
import subprocess
import tarfile
from pathlib import Path

from stack.process import ROOT


def earlier_version(commits_back: int, folder: Path) -> tuple[Path, str] | None:
    """Return where the code of an earlier commit lies now and its name; None where there is no such history."""
    name = _git("rev-parse", "--short", f"HEAD~{commits_back}")
    if name is None:
        return None
    packed = _git("archive", f"HEAD~{commits_back}")
    if packed is None:
        return None
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder, name.decode().strip()


def _git(*arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
