"""`make release`: what it holds, that it comes out the same again, and when it refuses, changing nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.release import SUMS, CannotReleaseError, context_files, require_same, version_of
from stack.process import ROOT

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git: a release is made of a commit")
VERSION = "7.1.0"
CHANGES = f"## [{VERSION}] - 2026-12-01\n\n### Added\n- What this version is for.\n"
KEPT_OUT = (".git", ".venv*", ".local", "dist", "tests", "images", "__pycache__", ".*_cache", ".hypothesis")


def run(folder: Path, *command: str | Path, mask: int = -1, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        umask=mask,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def git(folder: Path, *arguments: str, mask: int = -1) -> str:
    who = {f"GIT_{role}_{what}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = run(folder, "git", *arguments, mask=mask, **who, GIT_CONFIG_GLOBAL=os.devnull)
    assert done.returncode == 0, done.stderr
    return done.stdout


def release(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(tree, sys.executable, "scripts/release.py", **environment)


def committed(tree: Path) -> None:
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", "release")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with this tree, but for its tests, of which a release has been made."""
    tree = tmp_path_factory.mktemp("release") / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*KEPT_OUT))
    (tree / "version.py").write_text(f'__version__ = "{VERSION}"\n', encoding="utf-8")
    changelog = (tree / "CHANGELOG.md").read_text(encoding="utf-8")
    (tree / "CHANGELOG.md").write_text(changelog.replace("\n## [", f"\n{CHANGES}\n## [", 1), encoding="utf-8")
    git(tree, "init", "--quiet")
    committed(tree)
    done = release(tree)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"release: {VERSION} of commit {git(tree, 'rev-parse', 'HEAD')[:12]} in ")
    return tree


@pytest.fixture
def clone(released: Path, tmp_path: Path) -> Path:
    """The same commit elsewhere, where others may not read the files."""
    git(tmp_path, "clone", "--quiet", str(released), "clone", mask=0o077)
    return tmp_path / "clone"


def made(tree: Path, name: str) -> Path:
    return tree / "dist" / VERSION / name


def contents(tree: Path) -> dict[str, bytes]:
    return {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("dist/**/*") if path.is_file()}


def test_a_release_holds_all_that_is_handed_over_under_its_digests(released: Path) -> None:
    parts = {"-py3-none-any.whl", ".tar.gz", "-images.tar", ".cdx.json", "-changes.md"}
    names = {f"activa-{VERSION}{part}" for part in parts}
    checked = run(released / "dist" / VERSION, "sha256sum", "--check", "--strict", SUMS)
    assert checked.returncode == 0, checked.stdout
    assert {line.removesuffix(": OK") for line in checked.stdout.splitlines()} == names
    assert {path.name for path in (released / "dist").rglob("*")} == {VERSION, SUMS, *names}


def test_each_part_is_of_this_version(released: Path) -> None:
    assert made(released, f"activa-{VERSION}-changes.md").read_text(encoding="utf-8") == CHANGES
    bill = json.loads(made(released, f"activa-{VERSION}.cdx.json").read_text())
    assert bill["metadata"]["component"]["version"] == VERSION
    with zipfile.ZipFile(made(released, f"activa-{VERSION}-py3-none-any.whl")) as wheel:
        told = wheel.read(f"activa-{VERSION}.dist-info/METADATA").decode()
    assert f"\nVersion: {VERSION}\n" in told
    with tarfile.open(made(released, f"activa-{VERSION}-images.tar")) as context:
        dockerfile = context.extractfile("deploy/Dockerfile")
        assert dockerfile is not None
        labelled = re.findall(r"^LABEL (?:.*\\\n)*.*$", dockerfile.read().decode(), re.MULTILINE)
    given = [
        f'org.opencontainers.image.version="{VERSION}"',
        f'org.opencontainers.image.revision="{git(released, "rev-parse", "HEAD").strip()}"',
    ]
    assert [label.count(each) for label in labelled for each in given] == 3 * [1, 1]


def test_the_source_archive_is_the_commit_and_the_images_get_what_the_wheel_has(released: Path) -> None:
    with tarfile.open(made(released, f"activa-{VERSION}.tar.gz")) as archive:
        source = {name.partition("/")[2] for name in archive.getnames()}
    assert source == {*git(released, "ls-files").splitlines(), "PKG-INFO"}
    with zipfile.ZipFile(made(released, f"activa-{VERSION}-py3-none-any.whl")) as wheel:
        installed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    with tarfile.open(made(released, f"activa-{VERSION}-images.tar")) as context:
        built_of = set(context.getnames())
    assert built_of == {path.as_posix() for path in context_files(released)}
    assert {name for name in built_of - installed if not name.startswith("requirements/")} == {
        "deploy/Dockerfile",
        "deploy/Dockerfile.dockerignore",
    }
    assert installed < built_of


def test_the_same_commit_gives_the_same_release_elsewhere_and_another_day(released: Path, clone: Path) -> None:
    shutil.copytree(released / "dist", clone / "dist")
    for path in clone.glob("*.py"):
        os.utime(path, (86_400, 86_400))
    done = release(clone, TZ="Pacific/Auckland", PYTHONHASHSEED="7", LC_ALL="C")
    there = clone / "dist" / VERSION
    assert (done.stdout, done.stderr) == (f"release: {there} is there already, with the same contents\n", "")
    assert contents(clone) == contents(released)


def test_the_source_archive_gives_the_wheel_again_without_a_repository(released: Path, tmp_path: Path) -> None:
    name = f"activa-{VERSION}-py3-none-any.whl"
    with tarfile.open(made(released, f"activa-{VERSION}.tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path)
    done = run(tmp_path / f"activa-{VERSION}", *build, SOURCE_DATE_EPOCH=git(released, "log", "-1", "--format=%ct"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name).read_bytes() == made(released, name).read_bytes()


def write(path: str, text: str, *, commit: bool = True) -> Callable[[Path], None]:
    def change(tree: Path) -> None:
        (tree / path).write_text(text, encoding="utf-8")
        if commit:
            committed(tree)

    return change


def without_repository(tree: Path) -> None:
    shutil.rmtree(tree / ".git")
    git(tree.parent, "init", "--quiet")


def tagged_before(tree: Path) -> None:
    git(tree, "tag", "--annotate", VERSION, "--message", "released")
    write("NOTICE", "changed\n")(tree)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(write("new.py", "", commit=False), "is not clean: new.py; commit it", id="a new file"),
        pytest.param(write("NOTICE", "", commit=False), "is not clean: NOTICE; commit it", id="a changed file"),
        pytest.param(write("version.py", '__version__ = "next"\n'), "'next', which is no version", id="no version"),
        pytest.param(
            write("version.py", '__version__ = "7.1.0-rc1"\n'), "write it as a wheel would, '7.1.0rc1'", id="its form"
        ),
        pytest.param(
            write("version.py", '__version__ = "7.2.0"\n'), "heading '## [7.2.0] - YYYY-MM-DD'", id="no section"
        ),
        pytest.param(
            write("CHANGELOG.md", f"## [{VERSION}] - 2026-12-01\n\n## [7.0.0] - 2026-11-01\n- Something.\n"),
            f"CHANGELOG.md says nothing about {VERSION}",
            id="an empty section",
        ),
        pytest.param(tagged_before, f"{VERSION} is the tag of commit ", id="a tag of another commit"),
        pytest.param(without_repository, "a release is made of a commit, and git says: ", id="no repository"),
        pytest.param(write("pyproject.toml", "[project]\n"), "-m hatchling failed: ", id="nothing to build with"),
    ],
)
def test_what_is_not_fit_is_refused_and_changes_nothing(
    released: Path, clone: Path, change: Callable[[Path], None], said: str
) -> None:
    shutil.copytree(released / "dist", clone / "dist")
    change(clone)
    before = contents(clone)
    done = release(clone)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("release: ")
    assert said in done.stderr
    assert contents(clone) == before


def test_a_version_that_was_released_otherwise_is_refused_by_the_names_of_what_differs(tmp_path: Path) -> None:
    for folder, name in (("there", "kept"), ("made", "kept"), ("there", "taken out"), ("made", "put in")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text("same", encoding="utf-8")
    (tmp_path / "there" / SUMS).write_text("changed", encoding="utf-8")
    (tmp_path / "made" / SUMS).write_text("written", encoding="utf-8")
    with pytest.raises(
        CannotReleaseError, match=r"other contents \(SHA256SUMS, put in, taken out\): give this one a new"
    ):
        require_same(tmp_path / "there", tmp_path / "made")


def test_the_changelog_names_the_version_that_the_tree_says_it_is() -> None:
    first = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first is not None
    assert version_of(ROOT) in first[1]
