"""The images, really built; for minutes, so only where `REQUIRE_IMAGES` is 1."""

import os
from pathlib import Path

import pytest

from scripts.images import FOLDER, TARGETS, Store, build


@pytest.fixture(scope="session")
def store() -> Store:
    """Where the images are. The folder stays, and with it what a second run need not build again."""
    if os.environ.get("REQUIRE_IMAGES") != "1":
        pytest.skip("builds images for minutes, with buildah, mmdebstrap and podman: only with REQUIRE_IMAGES=1")
    place = Path(os.environ.get("ACTIVA_IMAGES_FOLDER", FOLDER))
    built = Store(place)
    build(built, list(TARGETS), os.environ.get("BASE"))
    return built
