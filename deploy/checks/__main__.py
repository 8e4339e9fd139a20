"""`make check-deploy`: every artefact that is handed to a platform team, by the tools that read it.

    python -m deploy.checks [NAME ...]

Prints a line for each check, and what it found. Exit 0 when nothing was found, 1 otherwise, 2 for a wrong name or where
a tool is missing. A check is a function from a project's root to its findings; another one is another line below.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.checks import compose, images, texts
from deploy.checks.cloud import cloud
from deploy.checks.kubernetes import kubernetes
from deploy.checks.tools import Check, ToolMissingError

ROOT: Final = Path(__file__).resolve().parents[2]
CHECKS: Final[Mapping[str, Check]] = {
    "yaml": texts.yaml,
    "shell": texts.shell,
    "workflows": texts.workflows,
    "cloud": cloud,
    "images": images.dockerfile,
    "compose": compose.compose,
    "kubernetes": kubernetes,
}


def main() -> int:
    """Run the checks that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CHECKS)}; all without one")
    names = parser.parse_args().names or list(CHECKS)
    if unknown := sorted(set(names) - set(CHECKS)):
        sys.stderr.write(f"no check is named {', '.join(unknown)}; there are {', '.join(CHECKS)}\n")
        return 2
    is_wrong = False
    for name in names:
        try:
            findings = list(CHECKS[name](ROOT))
        except ToolMissingError as missing:
            sys.stderr.write(f"{missing}\n")
            return 2
        sys.stdout.write("".join((f"{name}: {'wrong' if findings else 'in order'}\n", *(f"  {e}\n" for e in findings))))
        is_wrong = is_wrong or bool(findings)
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
