"""A worker of a release that was kept, in a process of its own: its code, its rules, today's libraries.

    python tests/support/upgrades/older_worker.py FOLDER [BUILD_ID]

The kept release does not know of build ids yet. With one, its worker is given to Temporal as of that version, which is
all that the setting does.
"""

import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import temporalio.worker as library
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion


def main() -> None:
    """Become the worker."""
    folder, *builds = sys.argv[1:]
    sys.path[0] = folder
    sys.argv = ["worker.py"]
    if builds:
        _of_version(*builds)
    run_path(str(Path(folder) / "worker.py"), run_name="__main__")


def _of_version(build_id: str) -> None:
    class OfVersion(library.Worker):
        def __init__(self, *given: Any, **options: Any) -> None:
            version = WorkerDeploymentVersion(deployment_name="activa", build_id=build_id)
            behaviour = VersioningBehavior.AUTO_UPGRADE
            super().__init__(
                *given, **options, deployment_config=library.WorkerDeploymentConfig(version, True, behaviour)
            )

    library.Worker = OfVersion


if __name__ == "__main__":
    main()
