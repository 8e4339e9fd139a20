"""Each check of the texts finds nothing in what the project has, and names what is wrong in a broken copy."""

from pathlib import Path

import pytest

from deploy.checks import texts
from deploy.checks.tools import Check
from tests.support.deploy.breaking import replaced


@pytest.mark.parametrize("check", [texts.yaml, texts.shell, texts.workflows])
def test_the_projects_own_are_in_order(tree: Path, check: Check) -> None:
    assert list(check(tree)) == []


def test_a_key_that_stands_twice_is_named(tree: Path) -> None:
    replaced(tree / ".github" / "workflows" / "ci.yml", "name: ci\n", "name: ci\nname: other\n")

    assert any('duplication of key "name"' in finding for finding in texts.yaml(tree))


def test_a_script_that_splits_a_path_with_a_space_is_named(tree: Path) -> None:
    replaced(tree / ".ci" / "run", 'cd "$(dirname "$0")/.."', "cd $(dirname $0)/..")

    assert any("SC2046" in finding for finding in texts.shell(tree))


def test_an_action_that_its_author_may_change_later_is_named(tree: Path) -> None:
    replaced(tree / ".github" / "workflows" / "ci.yml", "@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "@v4")

    assert any("unpinned action reference" in finding for finding in texts.workflows(tree))
