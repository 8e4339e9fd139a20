"""The check of the cloud's resources finds nothing in the template, and names what is wrong in a broken copy."""

from pathlib import Path

from deploy.checks.cloud import TEMPLATE, cloud
from tests.support.deploy.breaking import replaced


def test_the_template_is_in_order(tree: Path) -> None:
    assert list(cloud(tree)) == []


def test_what_cloudformation_would_refuse_is_named(tree: Path) -> None:
    for old, new in (
        ("BlockPublicAcls", "BlockPublicAccess"),
        ("TlsPolicy: REQUIRE", "TlsPolicy: ALWAYS"),
        ("!Ref InboxDays", "!Ref InboxAge"),
        ("!GetAtt RingKey.Arn", "!GetAtt RingKey.Name"),
    ):
        replaced(tree / TEMPLATE, old, new)

    said = " ".join(cloud(tree))

    assert [each for each in ("BlockPublicAccess", "ALWAYS", "InboxAge", "'Name'") if each not in said] == []
