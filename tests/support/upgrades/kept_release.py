"""`python -m tests.support.upgrades.kept_release NAME`: keep what a worker of this release runs, for later releases.

The rooms of a worker in one archive, so that a test can set an older worker beside today's without any history of the
sources. What is large and not code, the fonts, is today's. The libraries are today's too: a release that no longer runs
with them makes way for a later one.
"""

import argparse
import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stack.process import ROOT

RELEASES: Final = ROOT / "tests" / "workflows" / "releases"
ROOMS: Final = ("activities", "adapters", "domain", "letters", "mails", "workflows")
PROGRAMS: Final = ("entry", "health", "production", "sealing", "servers", "serving", "settings", "worker")
FONTS: Final = Path("letters/issuing/fonts")


def keep(archive: Path, root: Path = ROOT) -> None:
    """Write the archive; the same sources make the same bytes."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=9) as kept:
        for path in _sources(root):
            data = path.read_bytes()
            entry = tarfile.TarInfo(str(path.relative_to(root)))
            entry.size, entry.mode = len(data), 0o644
            kept.addfile(entry, io.BytesIO(data))


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            is_code = path.is_file() and "__pycache__" not in path.parts
            if is_code and not path.is_relative_to(root / FONTS):
                yield path
    yield from (root / f"{name}.py" for name in PROGRAMS)


def unpack(archive: Path, folder: Path) -> Path:
    """Return the folder with the release as it can be run."""
    with tarfile.open(archive) as kept:
        kept.extractall(folder, filter="data")
    shutil.copytree(ROOT / FONTS, folder / FONTS)
    return folder


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="of the release, as in 0.1.0")
    keep(RELEASES / f"{parser.parse_args().name}.tar.xz")


if __name__ == "__main__":
    main()
