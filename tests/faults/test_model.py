"""What the model says of moments that a run of faults meets now and then."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.faults.histories import Json, Message
from tests.support.faults.model import Model, Outcome

BEGINS = datetime(2035, 2, 6, 15, tzinfo=UTC)
ISSUED = {"by": "support:ana", "serial": "77", "valid_from": "2035-02-06", "valid_until": "2036-02-06"}
WITHDRAWN = {"by": "support:ana", "serial": "77", "reason": "another company's"}
STEP = {"by": "support:ana", "step": 2}


def taken(model: Model, *messages: tuple[str, str, Json]) -> list[Outcome]:
    return [model.take(Message(*each, at=BEGINS + timedelta(seconds=second))) for second, each in enumerate(messages)]


@pytest.fixture
def withdrawn() -> Model:
    """Return the model of a company whose mistaken certificate, which a letter came after, was taken away."""
    model = Model({"u1": "accepted"}, evidence=BEGINS.date())
    taken(
        model,
        ("update", "submit_representative", {"by": "representative", "sha256": "0" * 64}),
        ("signal", "certificate_issued", ISSUED),
        ("update", "attach_letter", {"by": "representative", "upload_id": "u1"}),
        ("result", "check_upload", {"upload_id": "u1"}),
        ("signal", "certificate_withdrawn", WITHDRAWN),
    )
    return model


def test_until_a_loan_has_its_evidence_nothing_can_be_signed_and_the_step_is_not_done(withdrawn: Model) -> None:
    assert taken(withdrawn, ("signal", "step_completed", STEP)) == [Outcome.REJECTED]
    assert (withdrawn.loan, withdrawn.entitlement) == ("owed", "none")


def test_once_the_evidence_is_written_down_the_loan_counts(withdrawn: Model) -> None:
    record = ("result", "record_acceptance", {"upload_id": "u1"})

    assert taken(withdrawn, record, ("signal", "step_completed", STEP))[-1] is Outcome.TAKEN
    assert (withdrawn.loan, withdrawn.entitlement) == ("active", "loan")
