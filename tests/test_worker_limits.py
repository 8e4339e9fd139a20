"""How a worker is held back, and of which version it is."""

import pytest
from pydantic import ValidationError
from temporalio.common import VersioningBehavior

from domain.case.revisions import Revisions
from domain.case.rules import CURRENT
from domain.holidays import NEWEST
from settings import WorkerLimits
from worker import deployment


def test_a_worker_begins_under_its_newest_revisions_unless_it_is_held_back() -> None:
    assert WorkerLimits().revisions == Revisions(rules=CURRENT, holidays=NEWEST)
    assert WorkerLimits(rules=2).revisions == Revisions(rules=2, holidays=NEWEST)
    assert WorkerLimits(rules=0, holidays=0).revisions == Revisions(rules=0, holidays=0)


@pytest.mark.parametrize(
    "wrong",
    [{"rules": CURRENT + 1}, {"rules": -1}, {"holidays": NEWEST + 1}, {"build_id": ""}, {"deployment": "a.b"}],
    ids=str,
)
def test_what_no_worker_can_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkerLimits(**wrong)


def test_a_worker_is_of_a_version_only_where_it_has_a_build_id() -> None:
    versioned = deployment(WorkerLimits(build_id="0.2.0", deployment="cases"))

    assert deployment(WorkerLimits()) is None
    assert versioned is not None
    assert versioned.version.to_canonical_string() == "cases.0.2.0"
    assert versioned.default_versioning_behavior is VersioningBehavior.AUTO_UPGRADE
