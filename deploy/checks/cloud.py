"""The template of the cloud's resources."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.checks.tools import complaints, run

TEMPLATE: Final = Path("deploy", "aws", "activa.yaml")


def cloud(root: Path) -> Iterator[str]:
    """CloudFormation takes the template: every property, value and reference is one that there is."""
    yield from complaints(run("cfn-lint", "--regions", "us-east-1", "--", TEMPLATE, folder=root))
