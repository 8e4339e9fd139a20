"""`make release`: everything that is handed over of a version, made of one commit, under `dist/VERSION/`.

    python scripts/release.py

A wheel and a source archive, what the images are built of, the bill of materials, the changelog's section of this
version, and the SHA-256 digests of them all. Nothing but the commit decides what is in them: the same commit gives the
same bytes, with the same Python, the same locked tools and the same zlib. It looks at everything before it writes
anything. Exit 0 when the release is there, also when it was there before; 2 where it can't be made, with what to do.
"""

import hashlib
import io
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pathspec
from packaging.version import InvalidVersion, Version

ROOT: Final = Path(__file__).resolve().parent.parent
DOCKERFILE: Final = Path("deploy", "Dockerfile")
IGNORED: Final = Path("deploy", "Dockerfile.dockerignore")
SUMS: Final = "SHA256SUMS"
_SHOWN: Final = 5


class CannotReleaseError(Exception):
    """The tree is not fit to be released; the text says what to do. Nothing was changed."""


@dataclass(frozen=True)
class Commit:
    """What a release is made of."""

    digest: str
    seconds: int
    """When it was committed, since 1970; every file of the release carries this instant."""


def main() -> int:
    """Make the release of this tree."""
    try:
        sys.stdout.write(release(ROOT, ROOT / "dist"))
    except CannotReleaseError as error:
        sys.stderr.write(f"release: {error}\n")
        return 2
    return 0


def release(root: Path, into: Path) -> str:
    """Make the release of a work tree, in a folder of its version's name, and return what there is to say.

    Raises CannotReleaseError.
    """
    version = version_of(root)
    commit = clean_commit(root)
    changes = changes_of((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    require_untagged(root, version, commit)
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=into) as work:
        source, made = Path(work, "source"), Path(work, version)
        made.mkdir()
        export(root, commit, source)
        make(source, made, version, commit)
        (made / f"activa-{version}-changes.md").write_text(changes, encoding="utf-8")
        (made / SUMS).write_text(sums(made), encoding="utf-8")
        if (there := into / version).exists():
            require_same(there, made)
            return f"release: {there} is there already, with the same contents\n"
        made.chmod(0o755)
        made.rename(there)
    listed = "".join(f"  {path.name}\n" for path in sorted(there.iterdir()))
    return f"release: {version} of commit {commit.digest[:12]} in {there}\n{listed}"


def version_of(root: Path) -> str:
    """Return the version that a tree says it is; raises CannotReleaseError where a wheel would have another."""
    said = str(runpy.run_path(str(root / "version.py"))["__version__"])
    try:
        meant = str(Version(said))
    except InvalidVersion:
        raise CannotReleaseError(f"version.py says {said!r}, which is no version: write one as in 1.2.0") from None
    if meant != said:
        raise CannotReleaseError(f"version.py says {said!r}: write it as a wheel would, {meant!r}")
    return said


def clean_commit(root: Path) -> Commit:
    """Return the commit that a work tree is of; raises CannotReleaseError where it holds anything else."""
    if shutil.which("git") is None:
        raise CannotReleaseError("git is missing; a release is made of a commit")
    if changed := git(root, "status", "--porcelain", "--untracked-files=normal").splitlines():
        more = "" if len(changed) <= _SHOWN else f" and {len(changed) - _SHOWN} more"
        named = ", ".join(line[3:] for line in changed[:_SHOWN])
        raise CannotReleaseError(f"the tree is not clean: {named}{more}; commit it, or put it away")
    digest, seconds = git(root, "log", "-1", "--format=%H %ct").split()
    return Commit(digest, int(seconds))


def changes_of(changelog: str, version: str) -> str:
    """Return a version's section of a changelog; raises CannotReleaseError where there is none."""
    found = re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise CannotReleaseError(
            f"CHANGELOG.md says nothing about {version}: give its changes the heading '## [{version}] - YYYY-MM-DD'"
        )
    return f"{found[0].strip()}\n"


def require_untagged(root: Path, version: str, commit: Commit) -> None:
    """Raise CannotReleaseError where another commit has been tagged with this version."""
    tagged = git(root, "for-each-ref", "--format=%(objectname) %(*objectname)", f"refs/tags/{version}").split()
    if tagged and tagged[-1] != commit.digest:
        raise CannotReleaseError(
            f"{version} is the tag of commit {tagged[-1][:12]}, and this is {commit.digest[:12]}: give it a new version"
        )


def require_same(there: Path, made: Path) -> None:
    """Raise CannotReleaseError where an earlier release of the same version differs in a file."""
    before, now = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (there, made))
    if other := sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)):
        raise CannotReleaseError(
            f"{there} is there already, with other contents ({', '.join(other)}): "
            "give this one a new version, or remove that one if nobody has it"
        )


def export(root: Path, commit: Commit, folder: Path) -> None:
    """Write a commit's files, and nothing of the work tree beside them."""
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", commit.digest))) as archive:
        archive.extractall(folder, filter="data")


def make(source: Path, into: Path, version: str, commit: Commit) -> None:
    """Build what a tree without a repository gives."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(commit.seconds), "PYTHONDONTWRITEBYTECODE": "1"}
    commands = (
        ["-m", "hatchling", "build", "--directory", str(into)],
        ["scripts/sbom.py", str(into / f"activa-{version}.cdx.json")],
    )
    for command in commands:
        done = subprocess.run(  # noqa: S603 - arguments of this file only
            [sys.executable, *command], cwd=source, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CannotReleaseError(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()}")
    write_context(source, into / f"activa-{version}-images.tar", version, commit)


def write_context(source: Path, file: Path, version: str, commit: Commit) -> None:
    """Write what the images are built of, as a tar for `docker build -`, with this version's labels in the Dockerfile.

    A Dockerfile can't read a version, and an argument of it would be one more thing to give.
    """
    labels = {"version": version, "revision": commit.digest}
    given = "".join(f'org.opencontainers.image.{name}="{value}" \\\n      ' for name, value in labels.items())
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in context_files(source):
            data = (source / path).read_bytes()
            if path == DOCKERFILE:
                data = data.replace(b"\nLABEL ", f"\nLABEL {given}".encode())
            entry = tarfile.TarInfo(path.as_posix())
            entry.size, entry.mtime = len(data), commit.seconds
            entry.mode = 0o755 if (source / path).stat().st_mode & 0o100 else 0o644
            archive.addfile(entry, io.BytesIO(data))


def context_files(source: Path) -> list[Path]:
    """Return what a build of the images gets to see, and the two files that say how it is done, in a fixed order."""
    rules = pathspec.GitIgnoreSpec.from_lines(_anchored((source / IGNORED).read_text(encoding="utf-8")))
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    return sorted({path for path in files if not rules.match_file(path)} | {DOCKERFILE, IGNORED})


def _anchored(rules: str) -> Iterator[str]:
    """Yield Docker's rules as git would write them: Docker's begin at the root, git's anywhere."""
    for rule in rules.splitlines():
        if rule and not rule.startswith("#"):
            yield f"!/{rule[1:]}" if rule.startswith("!") else f"/{rule}"


def sums(folder: Path) -> str:
    """Return the SHA-256 digests of a folder's files as `sha256sum --check` takes them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())
    )


def git(root: Path, *arguments: str) -> str:
    """Return what git says about a tree; raises CannotReleaseError where the tree has no repository of its own."""
    return _git(root, *arguments).decode()


def _git(root: Path, *arguments: str) -> bytes:
    # A folder without a repository may lie within somebody else's.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)}
    done = subprocess.run(  # noqa: S603 - arguments of this file only
        ["git", *arguments],  # noqa: S607 - wherever this machine has it
        cwd=root,
        env=environment,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise CannotReleaseError(f"a release is made of a commit, and git says: {done.stderr.decode().strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
