"""A view tells something of a case and changes nothing: whoever asks may ask at any time, as often as they like."""

import ast
import inspect
from pathlib import Path

import pytest

from domain.case.case import Case
from stack.process import ROOT

VIEWS = sorted((ROOT / "domain" / "views").glob("*.py"))
CHANGES = {
    name
    for name, method in inspect.getmembers(Case, inspect.isfunction)
    if inspect.signature(method).return_annotation == "Self" or "-> Self" in inspect.getsource(method).split(":\n")[0]
}


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_no_view_calls_what_returns_a_changed_case(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert {"evolve", "record", "enqueue", "settle_attention"} <= CHANGES
    assert called & (CHANGES | {"model_copy"}) == set()
