"""The S3 server, with what a kill left half done taken back first; run by the Python of its own environment.

The server writes an object's bytes, then what it knows of them: killed between the two it would answer with a length
that the bytes don't have, so that nobody could ever read the object again. That write was not answered, so the version
before it stands, as at S3. What can't be taken back, in a bucket without versions, stays as it is.
"""

import json
import os
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path

KNOWN = ".meta.json"
VERSIONS = ".versions"


def take_back(objects: Path) -> None:
    """Put the version before a write that was cut off in its place."""
    for known in _cut_off(objects):
        path = known.with_name(known.name.removesuffix(KNOWN))
        account, bucket, *key = path.relative_to(objects).parts
        latest = json.loads(known.read_text(encoding="utf-8")).get("version_id")
        before = objects.joinpath(VERSIONS, account, bucket, str(latest), *key)
        if before.is_file():
            whole = path.with_name(f"{path.name}.tmp")  # as the server's own names, which it passes over
            shutil.copyfile(before, whole)
            whole.replace(path)
            os.utime(known)


def _cut_off(objects: Path) -> Iterator[Path]:
    """Yield what is known of each object whose bytes are newer."""
    for folder, folders, names in os.walk(objects):
        if Path(folder) == objects and VERSIONS in folders:
            folders.remove(VERSIONS)
        there = set(names)
        for name in names:
            path, known = Path(folder, name), Path(folder, name + KNOWN)
            if known.name in there and path.stat().st_mtime_ns > known.stat().st_mtime_ns:
                yield known


if __name__ == "__main__":
    take_back(Path(os.environ["S3_DATA_DIR"]))
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
