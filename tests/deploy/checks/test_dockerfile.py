"""The Dockerfile is in order, and a broken copy is named."""

from pathlib import Path

import pytest

from deploy.checks import images


def test_the_projects_own_is_in_order(tree: Path) -> None:
    assert list(images.dockerfile(tree)) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("FROM ${BASE} AS portal\n", "FROM python AS portal\n", "DL3006", id="a base of any version"),
        pytest.param("USER 10001:10001\nEXPOSE 9464 9465", "USER root\nEXPOSE 9464 9465", "DL3002", id="as root"),
        pytest.param('ENTRYPOINT ["python", "worker.py"]', "ENTRYPOINT python worker.py", "DL3025", id="needs a shell"),
    ],
)
def test_what_a_platform_would_stumble_over_is_named(tree: Path, old: str, new: str, named: str) -> None:
    file = tree / images.DOCKERFILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert any(named in finding for finding in images.dockerfile(tree))
