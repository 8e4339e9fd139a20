"""What `make check` asks beyond lint and types: known vulnerabilities, honest lock files, modules of one idea.

Exit 0 when all is well or when the advisory service can't be reached, which is said; 1 with everything that is wrong.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = ("dev.txt", "dbos.txt", "deploy.txt", "s3.txt", "uv.txt")
"""What is in `portal.txt`, `runtime.txt` and `otel.txt` is in `dev.txt` too, as a test shows."""
PRODUCT_LINES: Final = 300
TEST_LINES: Final = 400
FUNCTION_LINES: Final = 40

_NOT_OURS: Final = frozenset({".git", ".venv", ".venv-dbos", ".venv-deploy", ".venv-s3", ".local", "node_modules"})
_PINNED: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^ ;]+)")
_ADDRESS: Final = re.compile(r"://|--(index-url|extra-index-url|find-links|trusted-host)|^-[ifr] | @ ", re.MULTILINE)


def main() -> int:
    """Print every finding and return the exit status."""
    findings = [*lock_findings(ROOT), *size_findings(ROOT)]
    notes = []
    for lock in LOCKS:
        vulnerable, note = advisories(ROOT / "requirements" / lock)
        findings += [f"{lock}: {each}" for each in vulnerable]
        notes.append(f"{lock}: {note}")
    for finding in findings:
        sys.stderr.write(f"audit: {finding}\n")
    sys.stdout.write("".join(f"audit: {note}\n" for note in notes))
    sys.stdout.write("" if findings else "audit: locks and sizes are in order\n")
    return 1 if findings else 0


def advisories(lock: Path) -> tuple[list[str], str]:
    """Return the known vulnerabilities of the locked packages, and one sentence on what was looked at."""
    pip_audit = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), "--require-hashes", "--disable-pip"]
    try:
        run = subprocess.run(  # noqa: S603 - arguments of this file only
            [*pip_audit, "--format", "json", "--progress-spinner", "off", "--timeout", "10"],
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
    except subprocess.TimeoutExpired:
        return [], "NOT audited for known vulnerabilities: the advisory service did not answer within 180 s"
    try:
        dependencies = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = run.stderr.strip().splitlines()[-1:] or ["pip-audit said nothing"]
        return [], f"NOT audited for known vulnerabilities: {reason[0][:200]}"
    return judge(dependencies)


def judge(dependencies: list[dict[str, Any]]) -> tuple[list[str], str]:
    """Return the vulnerabilities in pip-audit's answer, and one sentence on how much of it was an answer."""
    found = [
        f"{package['name']} {package['version']} is vulnerable: {flaw['id']}, "
        f"fixed in {', '.join(flaw['fix_versions']) or 'no release yet'}; raise it with `make lock`"
        for package in dependencies
        for flaw in package.get("vulns", ())
    ]
    audited = sum("skip_reason" not in package for package in dependencies)
    if audited == 0:
        return found, "NOT audited for known vulnerabilities: the registry in use has no advisories"
    return found, f"{audited} of {len(dependencies)} locked packages audited for known vulnerabilities"


def lock_findings(root: Path) -> list[str]:
    """Return what is wrong with the lock files: a package without hash, an address, a requirement not locked."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    own = ("dbos", "deploy", "s3", "uv")
    direct = {name: _requirements_in(root / "requirements" / f"{name}.in") for name in own}
    direct["portal"] = project["project"]["dependencies"]
    direct["runtime"] = [*direct["portal"], *project["project"]["optional-dependencies"]["letters"]]
    direct["otel"] = [*direct["portal"], *project["project"]["optional-dependencies"]["otel"]]
    direct["dev"] = [
        *direct["runtime"],
        *direct["otel"],
        *direct["uv"],
        *(line for group in groups.values() for line in group),
    ]
    findings: list[str] = []
    for name, required in direct.items():
        file = f"requirements/{name}.txt"
        text = (root / file).read_text(encoding="utf-8")
        findings += [f"{file}: {problem}" for problem in [*unsafe_entries(text), *not_locked(required, text)]]
    return findings


def unsafe_entries(lock: str) -> Iterator[str]:
    """Name each entry of a lock file that does not fix its bytes, and each address."""
    if address := _ADDRESS.search(lock):
        yield f"an address or an index ({address.group()!r}); a lock names packages and hashes only"
    for entry in _entries(lock):
        if not _PINNED.match(entry):
            yield f"{entry.split()[0]} is not pinned with =="
        elif "--hash=sha256:" not in entry:
            yield f"{entry.split()[0]} has no hash"


def not_locked(required: Iterable[str], lock: str) -> Iterator[str]:
    """Name each requirement that the lock file lacks, or locks at a version that does not meet it."""
    pins = [match for entry in _entries(lock) if (match := _PINNED.match(entry))]
    locked = {canonicalize_name(pin["name"]): pin["version"] for pin in pins}
    for text in required:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None:
            yield f"{requirement.name} is missing; run `make lock`"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"{requirement.name} {version} does not meet {requirement.specifier}; run `make lock`"


def size_findings(root: Path) -> Iterator[str]:
    """Name each module, and each function of the product, that has outgrown one idea."""
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        if _NOT_OURS & set(place.parts):
            continue
        is_test = place.parts[0] == "tests"
        text = path.read_text(encoding="utf-8")
        limit = TEST_LINES if is_test else PRODUCT_LINES
        if (lines := len(text.splitlines())) > limit:
            yield f"{place} has {lines} lines, the limit is {limit}; split it by idea"
        if not is_test:
            yield from (f"{place}: {finding}" for finding in long_functions(text))


def long_functions(source: str) -> Iterator[str]:
    """Name each function that does not fit a screen."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name} has {lines} lines, the limit is {FUNCTION_LINES}; split it"


def _entries(lock: str) -> list[str]:
    joined = lock.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _requirements_in(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


if __name__ == "__main__":
    sys.exit(main())
