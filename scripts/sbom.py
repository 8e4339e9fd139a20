"""`make sbom`: what the product is made of, as a CycloneDX bill of materials.

    python scripts/sbom.py FILE.json [LOCK]

Lists the locked packages that the whole product runs with, or those of another lock of `requirements/`, and the
front-end files of others that lie in the project, each with its version and digests. With SOURCE_DATE_EPOCH in the
environment, one tree gives the same bill each time.
"""

import os
import re
import runpy
import sys
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from packageurl import PackageURL

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = Path("requirements", "runtime.txt")
VENDORED: Final = Path("portal", "static", "vendor", "SOURCES.md")
_LOCKED: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>(?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE
)
_DIGEST: Final = re.compile(r"--hash=sha256:(?P<digest>[0-9a-f]{64})")
_FILE: Final = re.compile(
    r"^\| `[^`]+` \| `(?P<name>[^` ]+) (?P<version>[^`]+)` \|[^|]*\| `(?P<digest>[0-9a-f]{64})` \|", re.MULTILINE
)


def main() -> int:
    """Write the bill; 1 when it does not keep to the standard's schema."""
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - loads for seconds; `bill` needs it not

    if len(sys.argv) not in {2, 3}:
        sys.stderr.write("usage: python scripts/sbom.py FILE.json [LOCK]\n")
        return 2
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    text = bill(ROOT, now, *(LOCK.with_name(name) for name in sys.argv[2:]))
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.stderr.write(f"sbom: not a valid bill: {wrong}\n")
        return 1
    file = Path(sys.argv[1])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"sbom: {file}\n")
    return 0


def bill(root: Path, now: datetime, lock: Path = LOCK) -> str:
    """Return the bill of a project's tree as JSON; its serial number follows from all that it says."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = runpy.run_path(str(root / "version.py"))["__version__"]
    parts = [*packages((root / lock).read_text()), *vendored((root / VENDORED).read_text())]
    product = Component(name=project["name"], version=version, type=ComponentType.APPLICATION, bom_ref="product")
    bom = Bom(components=parts, serial_number=uuid.UUID(int=0))
    bom.metadata.component = product
    bom.metadata.timestamp = now
    bom.register_dependency(product, parts)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, JsonV1Dot6(bom).output_as_string())
    return JsonV1Dot6(bom).output_as_string(indent=2)


def packages(lock: str) -> Iterator[Component]:
    """Yield a component for each package of a lock file, with the digests of every file that may be installed."""
    for found in _LOCKED.finditer(lock):
        digests = [each["digest"] for each in _DIGEST.finditer(found["rest"])]
        yield _component(PackageURL("pypi", None, found["name"], found["version"]), digests)


def vendored(table: str) -> Iterator[Component]:
    """Yield a component for each npm package of which files lie in the project."""
    digests: dict[tuple[str, str], list[str]] = {}
    for found in _FILE.finditer(table):
        digests.setdefault((found["name"], found["version"]), []).append(found["digest"])
    for (name, version), of_files in digests.items():
        namespace, _, bare = name.rpartition("/")
        yield _component(PackageURL("npm", namespace or None, bare, version), of_files)


def _component(place: PackageURL, digests: list[str]) -> Component:
    return Component(
        name=f"{place.namespace}/{place.name}" if place.namespace else place.name,
        version=place.version,
        type=ComponentType.LIBRARY,
        purl=place,
        bom_ref=str(place),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in digests],
    )


if __name__ == "__main__":
    sys.exit(main())
