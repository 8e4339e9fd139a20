"""YAML, shell scripts and the workflows of the continuous integration."""

from collections.abc import Iterator
from pathlib import Path

from deploy.checks.tools import complaints, files, run

FOLDERS = (".ci", ".github", "deploy")


def yaml(root: Path) -> Iterator[str]:
    """Every YAML file is one, without a key twice; `.yamllint.yaml` says what else."""
    yield from complaints(run("yamllint", "--strict", *files(root, FOLDERS, ".yaml", ".yml"), folder=root))


def shell(root: Path) -> Iterator[str]:
    """Every shell script, told by its first line, is free of what shellcheck knows to go wrong."""
    scripts = [path for path in files(root, FOLDERS, "") if _is_shell(root / path)]
    yield from complaints(run("shellcheck", *scripts, folder=root))


def workflows(root: Path) -> Iterator[str]:
    """No workflow gives away more than it must."""
    yield from complaints(run("zizmor", "--offline", "--no-progress", "--color=never", ".github", folder=root))


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and first.split()[-1].rpartition(b"/")[2] in {b"sh", b"bash"}
