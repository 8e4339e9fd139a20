"""Every error of the product has one root, or is caught where it is raised."""

import ast
from collections.abc import Iterator

from stack.process import ROOT

ROOMS = ("domain", "letters", "mails", "workflows", "activities", "adapters", "portal", "stack", "deploy")
CAUGHT_WHERE_RAISED = {"RepeatedError", "StoppedError", "_PlaceFullError"}


def errors_of_their_own() -> Iterator[str]:
    """Yield each class that derives from a built-in error alone."""
    for path in (*(file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))), *sorted(ROOT.glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            bases = [base.id for base in getattr(node, "bases", ()) if isinstance(base, ast.Name)]
            if bases and set(bases) <= {"Exception", "RuntimeError", "ValueError", "LookupError", "OSError"}:
                yield node.name


def test_no_other_error_stands_outside_the_tree() -> None:
    assert set(errors_of_their_own()) - {"ActivaError"} == CAUGHT_WHERE_RAISED
