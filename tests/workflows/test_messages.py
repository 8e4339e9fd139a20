"""Whatever is sent to a case: it counts, it is recognised, or it is on record with a reason. The case goes on."""

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue

from tests.support.world import CaseUnderTest

PAYMENT = {"reference": "FV-77", "amount_cop": 297_500, "by": "billing"}


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        pytest.param(
            "payment_confirmed",
            [{"reference": "FV-1", "by": "x"}],
            ["amount_cop", "Field required", "paid_at (optional)"],
            id="a missing field",
        ),
        pytest.param(
            "payment_confirmed",
            [{**PAYMENT, "amount_cop": "297500"}],
            ["amount_cop", "valid integer"],
            id="a wrong type",
        ),
        pytest.param("payment_confirmed", [{**PAYMENT, "iva": 1}], ["iva", "not permitted"], id="an unknown field"),
        pytest.param("payment_confirmed", [], ["expected one JSON object, got 0"], id="no input"),
        pytest.param("payment_confirmed", [PAYMENT, PAYMENT], ["expected one JSON object, got 2"], id="two inputs"),
        pytest.param("payment_confirmed", [None], ["binary/null"], id="null"),
        pytest.param("payment_confirmed", [b"\xff\x00"], ["binary/plain"], id="bytes"),
        pytest.param(
            "payment_confirmed",
            [raw(b"{", b"binary/encrypted")],
            ["binary/encrypted"],
            id="an encoding without a codec",
        ),
        pytest.param("payment_confirmed", [raw(b'{"reference": ')], ["Invalid JSON"], id="broken JSON"),
        pytest.param(
            "payment_confirmd",
            [PAYMENT],
            ["unknown signal", "did you mean payment_confirmed?", "loan_revoked"],
            id="a mistyped name",
        ),
        pytest.param("x" * 900, [PAYMENT], ["unknown signal", "known: payment_confirmed"], id="a huge name"),
        pytest.param(
            "letter_reviewed",
            [{"decision": "accept", "reason": "ok", "by": "support:ana"}],
            ["no letter waits"],
            id="out of turn",
        ),
        pytest.param(
            "loan_revoked", [{"reason": "x", "by": "support:ana"}], ["no loan is active"], id="nothing to revoke"
        ),
        pytest.param(
            "certificate_rejected",
            [{"observations": "x", "by": "support:ana"}],
            ["no certificate is in process"],
            id="no request",
        ),
        pytest.param(
            "step_completed", [{"step": 7, "by": "billing"}], ["step", "less than or equal to 6"], id="a seventh step"
        ),
    ],
)
async def test_what_does_not_count_is_on_record_and_needs_attention(
    case: CaseUnderTest, name: str, arguments: list[object], words: list[str]
) -> None:
    await case.handle.signal(name, args=arguments)

    facts = await case.settle()
    [rejected] = facts["rejected_signals"]
    assert [word for word in words if word not in rejected["reason"]] == []
    assert (facts["needs_attention"], facts["stage"]) == (True, "started")


async def test_the_case_goes_on_and_a_right_message_settles_the_attention(case: CaseUnderTest) -> None:
    await case.handle.signal("payment_confirmed", {"reference": "FV-77", "by": "billing"})
    wrong = await case.settle()

    await case.handle.signal("payment_confirmed", PAYMENT)

    facts = await case.settle()
    assert (wrong["needs_attention"], facts["needs_attention"]) == (True, False)
    assert facts["payment"]["paid"]


async def test_a_pasted_reference_counts_and_is_recognised_when_it_is_typed(case: CaseUnderTest) -> None:
    await case.handle.signal("payment_confirmed", {**PAYMENT, "reference": "FV\u00a077\u200b"})
    await case.handle.signal("payment_confirmed", {**PAYMENT, "reference": "FV 77"})

    facts = await case.settle()
    assert facts["payment"]["paid"]
    assert (facts["rejected_signals_count"], facts["repeated_messages_count"]) == (0, 1)


async def test_a_refusal_never_repeats_what_was_typed(case: CaseUnderTest) -> None:
    await case.handle.signal("payment_confirmed", {**PAYMENT, "amount_cop": "Cedula 52345678"})

    facts = await case.settle()
    assert "52345678" not in str(facts)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("payment_confirmed", {"reference": "FV-77", "amount_cop": 297_500}),
        ("certificate_issued", {"serial": "5F:01", "valid_from": "2034-01-01", "valid_until": "2038-01-01"}),
        ("step_completed", {"step": 1}),
        ("company_updated", {"sha256": "0" * 64}),
    ],
)
async def test_the_same_message_again_changes_nothing(
    case: CaseUnderTest, name: str, fields: dict[str, object]
) -> None:
    await case.signal(name, **fields)
    before = await case.settle()

    await case.signal(name, **fields)

    after = await case.settle()
    counted = {"repeated_messages_count": 1, "rejected_signals_count": before["rejected_signals_count"]}
    if name == "company_updated":  # these data are not stored: both are refused, neither is lost
        counted = {"repeated_messages_count": 0, "rejected_signals_count": 2}
    assert {name: after[name] for name in counted} == counted
    assert after["timeline"] == before["timeline"]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("verify_paiment", [{"by": "x"}], ["unknown update", "did you mean verify_payment?"]),
        ("verify_payment", [], ["expected one JSON object, got 0 arguments; fields: by"]),
        ("verify_payment", [{"by": "x"}, {"by": "x"}], ["got 2 arguments"]),
        ("submit_representative", [{"by": "x", "sha256": "abc"}], ["sha256"]),
        ("attach_letter", [{"by": "x", "upload_id": "../../etc/passwd"}], ["upload_id"]),
        ("delete_letter", [b"\x00"], ["binary/plain"]),
    ],
)
async def test_a_wrong_update_is_refused_with_a_reason(
    case: CaseUnderTest, name: str, arguments: list[object], words: list[str]
) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.handle.execute_update(name, args=arguments)

    assert [word for word in words if word not in str(refused.value.cause)] == []


async def test_letters_for_data_that_are_not_stored_are_refused(case: CaseUnderTest) -> None:
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case.update("submit_representative", sha256="0" * 64)

    assert "no stored data with this digest" in str(refused.value.cause)
