"""What the images are built from."""

from collections.abc import Iterator
from pathlib import Path

from deploy.checks.tools import complaints, run

DOCKERFILE = Path("deploy", "Dockerfile")


def dockerfile(root: Path) -> Iterator[str]:
    """The Dockerfile is free of what hadolint knows to go wrong, shell lines included."""
    yield from complaints(run("hadolint", "--no-color", DOCKERFILE, folder=root))
