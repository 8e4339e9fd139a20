"""`make images`: build the images `worker`, `portal` and `tools` with buildah, and tell how large each is.

    python scripts/images.py [--base NAME@sha256:...] [--store FOLDER] [TARGET ...]

Without `--base` one is made by mmdebstrap, to try the images out where no registry of images can be reached. What each
is made of is written to `.local/images/NAME.cdx.json`, without the base. Exit 0 when all are built, 2 for a base
without a digest or where a tool is missing, otherwise the status of the tool that failed.
"""

import argparse
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / ".local" / "images"
TARGETS: Final = {"worker": "runtime.txt", "portal": "portal.txt", "tools": "portal.txt"}
"""Each image, and the lock of what is installed in it."""
OWN_BASE: Final = "localhost/activa-base:bookworm"
PACKAGES: Final = "python3,python3-venv,ca-certificates"
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
_DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}$")


class CannotBuildError(Exception):
    """There is no fit base, or no tool; the text says what to do."""


@dataclass(frozen=True)
class Store:
    """Where images lie: the machine's own place, or a folder."""

    folder: Path | None = None

    def options(self) -> tuple[str, ...]:
        """Return what buildah and podman are told."""
        if self.folder is None:
            return ()
        place = ("--root", str(self.folder / "storage"), "--runroot", str(self.folder / "run"))
        return (*place, "--storage-driver", "overlay")

    def buildah(self, *arguments: str, capture: bool = False) -> str:
        """Run buildah and return its standard output if it is captured; raises CalledProcessError."""
        # By chroot, it builds inside a container too.
        environment = {"BUILDAH_ISOLATION": "chroot", **os.environ}
        done = subprocess.run(  # noqa: S603 - arguments of this file only
            [tool("buildah"), *self.options(), *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            check=True,
        )
        return done.stdout or ""

    def megabytes(self, name: str) -> int:
        """Return how large an image is, with its base."""
        [found] = json.loads(self.buildah("images", "--json", name, capture=True))
        number, unit = found["size"].split()
        return round(float(number) * {"kB": 0.001, "MB": 1, "GB": 1000}[unit])


def tool(name: str) -> str:
    """Return where a program of this machine is; raises CannotBuildError."""
    found = shutil.which(name)
    if found is None:
        raise CannotBuildError(f"{name} is missing; Debian has it in its package of that name")
    return found


def main() -> int:
    """Build what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all without one")
    parser.add_argument("--base", help="what the images stand on, with its digest")
    parser.add_argument("--store", type=Path, help="a folder for the images; without it, the machine's own place")
    asked = parser.parse_args()
    targets = asked.targets or list(TARGETS)
    if unknown := sorted(set(targets) - set(TARGETS)):
        sys.stderr.write(f"no image is named {', '.join(unknown)}; there are {', '.join(TARGETS)}\n")
        return 2
    try:
        build(Store(asked.store), targets, asked.base)
    except CannotBuildError as error:
        sys.stderr.write(f"images: {error}\n")
        return 2
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    return 0


def build(store: Store, targets: list[str], base: str | None = None) -> None:
    """Build these images, each with its bill of materials beside, and print their sizes without the base.

    Raises CannotBuildError, or CalledProcessError for a tool that failed.
    """
    if base is None:
        base = own_base(store)
    elif not _DIGEST.search(base):
        raise CannotBuildError(f"{base} names no digest: end it with @sha256: and 64 digits")
    for target in targets:
        store.buildah("build", *arguments(target, base))
        bill = FOLDER / f"activa-{target}.cdx.json"
        made_of = [sys.executable, "scripts/sbom.py", str(bill), TARGETS[target]]
        subprocess.run(made_of, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
        below, whole = store.megabytes(base), store.megabytes(f"localhost/activa-{target}")
        sys.stdout.write(f"activa-{target}: {whole - below} MB on a base of {below} MB, made of {bill.name}\n")


def arguments(target: str, base: str) -> list[str]:
    """Return what buildah is told for one image."""
    version = runpy.run_path(str(ROOT / "version.py"))["__version__"]
    # Not as arguments of the Dockerfile: buildah takes a layer from its cache although one of them has changed.
    labels = {"version": version, "revision": revision()}
    secrets = {"pip": Path(os.environ.get("PIP_CONFIG_FILE", "/etc/pip.conf")), "ca": CERTIFICATES}
    return [
        *("--quiet", "--layers", "--format", "docker"),  # of the two formats, this one keeps the health check
        *("--file", "deploy/Dockerfile", "--ignorefile", "deploy/Dockerfile.dockerignore"),
        *("--build-arg", f"BASE={base}"),
        *(f"--label=org.opencontainers.image.{name}={value}" for name, value in labels.items()),
        *(part for name, at in secrets.items() if at.exists() for part in ("--secret", f"id={name},src={at}")),
        *("--target", target, "--tag", f"localhost/activa-{target}", "."),
    ]


def revision() -> str:
    """Return the commit that is built; empty where the tree has no repository of its own."""
    git = shutil.which("git")
    if git is None:
        return ""
    # A source archive may have been unpacked within somebody else's repository.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(ROOT.parent)}
    done = subprocess.run(  # noqa: S603 - arguments of this file only
        [git, "rev-parse", "HEAD"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def own_base(store: Store) -> str:
    """Return a base made of Debian's packages, made the first time it is asked for."""
    if OWN_BASE in store.buildah("images", "--format", "{{.Name}}:{{.Tag}}", capture=True).split():
        return OWN_BASE
    debootstrap = tool("mmdebstrap")
    sys.stdout.write("images: no BASE was named, so one is made by mmdebstrap, for trying out; some minutes\n")
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = [debootstrap, "--quiet", "--variant=apt", f"--include={PACKAGES}", "bookworm", str(FOLDER / "base.tar")]
    if not (FOLDER / "base.tar").exists():
        subprocess.run(made, check=True)  # noqa: S603
    container = store.buildah("from", "--quiet", "scratch", capture=True).strip()
    store.buildah("add", "--quiet", container, str(FOLDER / "base.tar"), "/")
    store.buildah("commit", "--quiet", "--rm", container, OWN_BASE)
    return OWN_BASE


if __name__ == "__main__":
    sys.exit(main())
