"""The actions that the domain writes into a timeline."""

import ast
import re

from stack.process import ROOT

DECIDED_BEFORE = ("reminder_sent", "reminder_uncertain")
"""Actions that stand in a variable when they are recorded."""


def recorded() -> set[str]:
    """Return every action that the domain writes down: the words in its calls of `record` and `without_mail`."""
    found = set(DECIDED_BEFORE)
    for path in sorted((ROOT / "domain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in {"record", "without_mail"}:
                words = (each.value for part in node.args for each in ast.walk(part) if isinstance(each, ast.Constant))
                found |= {word for word in words if re.fullmatch(r"[a-z]+_[a-z_]+", str(word))}
    return found


def _name(called: ast.expr) -> str:
    return getattr(called, "attr", getattr(called, "id", ""))
