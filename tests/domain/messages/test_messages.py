"""What may be sent to a case, and how everything else is refused."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import MessageError
from domain.messages.models import SIGNALS, UPDATES, Message
from domain.messages.parsing import JSON_ENCODING, Argument, closest_name, parse
from tests.support.cases import bogota, message

PAID = {"reference": "FV-77", "amount_cop": 297_500, "by": "support:ana"}
ISSUED = {"serial": "0A1B", "valid_from": "2026-11-24", "valid_until": "2027-11-24", "by": "support:ana"}
LONGEST_REFUSAL = 1_500

VALID: dict[str, dict[str, Any]] = {
    "payment_confirmed": PAID,
    "letter_uploaded": {"upload_id": "U1", "by": "portal"},
    "letter_reviewed": {"decision": "accept", "reason": "legible", "by": "support:ana"},
    "certificate_issued": ISSUED,
    "certificate_rejected": {"observations": "RUT\nvencido", "by": "billing"},
    "certificate_withdrawn": {"serial": "5F01A2", "reason": "another company's", "by": "support:ana"},
    "step_completed": {"step": 2, "by": "billing"},
    "loan_revoked": {"reason": "misuse", "by": "support:ana"},
    "reminders_muted": {"until": "2026-12-01", "reason": "asked for it", "by": "support:ana"},
    "company_updated": {"sha256": "a" * 64, "by": "billing"},
    "notice_requested": {"notice": "loan_reminder", "reason": "lost", "by": "support:ana"},
    "webhook_requested": {"event": "evt_" + "a" * 24, "reason": "lost", "by": "support:ana"},
    "activation_closed": {"reason": "moved away", "by": "support:ana"},
    "verify_payment": {"by": "portal"},
    "submit_representative": {"sha256": "a" * 64, "by": "portal"},
    "attach_letter": {"upload_id": "U1", "by": "portal"},
    "delete_letter": {"by": "portal"},
    "continue_to_test_set": {"by": "portal"},
}


def json_argument(data: bytes | object) -> Argument:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Argument(JSON_ENCODING, raw)


def kind_of(name: str) -> Any:
    return "update" if name in UPDATES else "signal"


def refusal(name: str, *arguments: Argument) -> str:
    with pytest.raises(MessageError) as raised:
        parse(kind_of(name), name, arguments)
    return str(raised.value)


def test_every_signal_and_update_of_the_contract_is_known() -> None:
    assert {*SIGNALS, *UPDATES} == set(VALID)


@pytest.mark.parametrize("name", VALID)
def test_a_message_of_the_contract_is_taken(name: str) -> None:
    parsed = parse(kind_of(name), name, [json_argument(VALID[name])])

    assert parsed.by == VALID[name]["by"]


@pytest.mark.parametrize("name", VALID)
def test_every_message_needs_its_sender(name: str) -> None:
    unsigned = {field: value for field, value in VALID[name].items() if field != "by"}

    assert "by: Field required" in refusal(name, json_argument(unsigned))


@pytest.mark.parametrize("name", VALID)
def test_an_unknown_field_is_named_beside_the_known_ones(name: str) -> None:
    text = refusal(name, json_argument(VALID[name] | {"amount": 1}))

    assert "amount: Extra inputs are not permitted" in text
    assert text.endswith((", by", "fields: by"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param([], "expected one JSON object, got 0 arguments; fields: reference, amount_cop", id="none"),
        pytest.param([json_argument(PAID)] * 2, "expected one JSON object, got 2 arguments", id="two"),
        pytest.param(
            [Argument(b"binary/plain", b"\x00\xff")], "expected encoding json/plain, got 'binary/plain'", id="bytes"
        ),
        pytest.param([Argument(b"binary/null", b"")], "expected encoding json/plain, got 'binary/null'", id="null"),
        pytest.param([Argument(b"json/protobuf", b"{}")], "got 'json/protobuf'", id="protobuf"),
        pytest.param([Argument(b"", b"{}")], "expected encoding json/plain, got ''", id="no encoding"),
        pytest.param([Argument(b"\xff\x07" * 99, b"{}")], "expected encoding json/plain, got", id="odd encoding"),
        pytest.param([json_argument(b"")], "the argument: Invalid JSON", id="empty"),
        pytest.param([json_argument(b"{")], "the argument: Invalid JSON", id="half an object"),
        pytest.param([json_argument(b"\xff\xfe{}")], "the argument: Invalid JSON", id="not UTF-8"),
        pytest.param([json_argument(b"null")], "the argument: Input should be an object", id="JSON null"),
        pytest.param([json_argument([PAID])], "the argument: Input should be an object", id="a list"),
        pytest.param([json_argument(json.dumps(PAID))], "the argument: Input should be an object", id="text of JSON"),
        pytest.param([json_argument(b"[" * 100_000)], "the argument: Invalid JSON", id="deep lists"),
        pytest.param([json_argument(b'{"a":' * 100_000)], "the argument: Invalid JSON", id="deep objects"),
        pytest.param([json_argument(b'{"reference": "\\ud800"}')], "the argument: Invalid JSON", id="lone surrogate"),
    ],
)
def test_an_argument_of_the_wrong_shape_is_refused_with_what_is_expected(arguments: list[Argument], text: str) -> None:
    found = refusal("payment_confirmed", *arguments)

    assert text in found
    assert found.isprintable()
    assert len(found) < LONGEST_REFUSAL


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        pytest.param("amount_cop", "297500", "amount_cop: Input should be a valid integer", id="amount as text"),
        pytest.param("amount_cop", 297_500.5, "amount_cop: Input should be a valid integer", id="half a peso"),
        pytest.param("amount_cop", float("nan"), "amount_cop: Input should be a valid integer", id="no number"),
        pytest.param("amount_cop", float("inf"), "amount_cop: Input should be a valid integer", id="no end"),
        pytest.param("amount_cop", True, "amount_cop: Input should be a valid integer", id="amount as truth"),
        pytest.param("amount_cop", None, "amount_cop: Input should be a valid integer", id="amount as null"),
        pytest.param("amount_cop", 0, "amount_cop: Input should be greater than or equal to 1", id="nothing paid"),
        pytest.param("amount_cop", -5, "amount_cop: Input should be greater than or equal to 1", id="money back"),
        pytest.param("amount_cop", 10**30, "amount_cop: Input should be less than", id="more than there is"),
        pytest.param("reference", "", "reference: String should have at least 1 character", id="empty"),
        pytest.param("reference", " \n ", "reference: String should have at least 1 character", id="blank"),
        pytest.param("reference", "x" * 81, "reference: String should have at most 80 characters", id="too long"),
        pytest.param("reference", 77, "reference: Input should be a valid string", id="a number"),
        pytest.param(
            "reference", "FV\x0077", "reference: has a character that can't be used: U+0000, at position 3", id="NUL"
        ),
        pytest.param(
            "reference", "FV\u202e77", "reference: has a character that can't be used: U+202E", id="turns direction"
        ),
        pytest.param(
            "by", "ana\n- **Attention**: pay", "by: has a character that can't be used: U+000A", id="a line of its own"
        ),
        pytest.param("by", "", "by: String should have at least 1 character", id="nobody"),
        pytest.param("paid_at", "2026-11-23T19:30:00", "paid_at: expected a date", id="no offset"),
        pytest.param("paid_at", 1_795_000_000, "paid_at: expected a date", id="seconds"),
        pytest.param("paid_at", "23/11/2026", "paid_at: expected a date", id="day first"),
        pytest.param("paid_at", "0001-01-01T00:00:00Z", "paid_at: expected a year", id="first year"),
        pytest.param("paid_at", "9999-12-31T23:00:00-14:00", "paid_at: expected a year", id="last year"),
        pytest.param("method", ["PSE"], "method: Input should be a valid string", id="a list"),
    ],
)
def test_a_wrong_value_of_a_payment_is_named_and_not_repeated(field: str, value: object, text: str) -> None:
    found = refusal("payment_confirmed", json_argument(PAID | {field: value}))

    assert text in found
    assert "fields: reference, amount_cop, paid_at (optional), method (optional), reason (optional), by" in found
    assert len(found) < 400


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("certificate_issued", "valid_until", 20_271_124),
        ("certificate_issued", "valid_until", "2027-02-30"),
        ("certificate_issued", "valid_until", "9999-12-31"),
        ("certificate_issued", "valid_until", "2100-01-01"),
        ("certificate_issued", "valid_from", "1999-12-31"),
        ("certificate_issued", "valid_from", "2027-W01-1"),
        ("certificate_issued", "serial", "0A 1B"),
        ("certificate_issued", "fingerprint_sha256", "a" * 63),
        ("step_completed", "step", 7),
        ("step_completed", "step", 0),
        ("step_completed", "step", "2"),
        ("letter_reviewed", "decision", "ACCEPT"),
        ("letter_reviewed", "reason", "x" * 501),
        ("notice_requested", "notice", "party"),
        ("webhook_requested", "event", "loan.started"),
        ("company_updated", "sha256", "A" * 64),
        ("letter_uploaded", "upload_id", "../U1"),
        ("letter_uploaded", "upload_id", "U1\n"),
        ("attach_letter", "upload_id", "x" * 65),
    ],
)
def test_a_wrong_value_of_any_message_names_its_field(name: str, field: str, value: object) -> None:
    assert refusal(name, json_argument(VALID[name] | {field: value})).startswith(f"{field}: ")


@pytest.mark.parametrize("written", ["297500", "297500.0", "2.975e5", "29750000e-2", "297500.00"])
def test_a_whole_number_counts_however_it_is_written(written: str) -> None:
    data = b'{"reference": "FV-77", "by": "support:ana", "amount_cop": %s}' % written.encode()
    paid = parse("signal", "payment_confirmed", [json_argument(data)])
    assert paid == message("payment_confirmed", **PAID)
    assert type(paid.amount_cop) is int
    step = parse("signal", "step_completed", [json_argument(b'{"step": 2.0, "by": "billing"}')])
    assert (step.step, type(step.step)) == (2, int)


@pytest.mark.parametrize("written", ["297500.5", "1e400", "-1e400", "NaN", "Infinity", "1e-1", "0.0", "-1.0", "1e13"])
def test_a_number_that_is_not_whole_or_has_no_end_is_refused(written: str) -> None:
    data = b'{"reference": "FV-77", "by": "support:ana", "amount_cop": %s}' % written.encode()
    assert refusal("payment_confirmed", json_argument(data)).startswith("amount_cop: ")


def test_an_integer_of_thousands_of_digits_is_refused() -> None:
    data = b'{"reference": "FV-77", "by": "x", "amount_cop": ' + b"9" * 100_000 + b"}"

    assert len(refusal("payment_confirmed", json_argument(data))) < 400


def test_many_wrong_fields_are_counted_after_the_first_eight() -> None:
    text = refusal("delete_letter", json_argument({f"field{number}": 1 for number in range(5_000)}))

    assert "and 4993 more" in text
    assert len(text) < 600


def test_the_names_of_unknown_fields_are_shown_short_and_printable() -> None:
    text = refusal("delete_letter", json_argument({"by": "x", "\x07\n- **b**" + "😀" * 10_000: 1}))

    assert text.isprintable()
    assert len(text) < 200


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("payment_confirmd", "unknown signal 'payment_confirmd', did you mean payment_confirmed?; known: "),
        ("PaymentConfirmed", "unknown signal 'PaymentConfirmed'"),
        ("certificate_isued", "did you mean certificate_issued?"),
        ("", "unknown signal ''; known: payment_confirmed, "),
        ("verify_payment", "unknown signal 'verify_payment'; known: "),
        ("__temporal_x", "unknown signal '__temporal_x'; known: "),
    ],
)
def test_an_unknown_signal_is_answered_with_the_known_ones(name: str, text: str) -> None:
    with pytest.raises(MessageError) as raised:
        parse("signal", name, [json_argument(PAID)])

    assert text in str(raised.value)


@pytest.mark.parametrize("name", ["x" * 1_000_000, "\x00\n" * 500, "😀" * 500, "\\" * 500])
def test_an_endless_or_odd_name_is_shown_short_and_printable(name: str) -> None:
    with pytest.raises(MessageError) as raised:
        parse("signal", name, [])

    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 400


def test_a_mistyped_name_is_traced_to_the_signal_that_was_meant() -> None:
    assert (closest_name("payment_confirmd"), closest_name("hello")) == ("payment_confirmed", None)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        pytest.param("2027-01-31", date(2027, 1, 31), id="a date"),
        pytest.param("2027-01-31T10:00:00-05:00", date(2027, 1, 31), id="an instant in Bogotá"),
        pytest.param("2027-02-01T04:59:59Z", date(2027, 1, 31), id="the next day already, in UTC"),
        pytest.param("2027-02-01T05:00:00+00:00", date(2027, 2, 1), id="midnight in Bogotá"),
    ],
)
def test_a_day_may_be_given_as_an_instant_and_is_its_date_in_bogota(typed: str, day: date) -> None:
    assert message("reminders_muted", until=typed, reason="asked for it").until == day


def test_texts_are_taken_without_the_blanks_around_them() -> None:
    paid = message("payment_confirmed", by=" support:ana ", reference=" FV-77\n", amount_cop=1, paid_at="2026-11-23")

    assert (paid.by, paid.reference, paid.paid_at) == ("support:ana", "FV-77", bogota("2026-11-23 00:00"))


@pytest.mark.parametrize(
    ("name", "field", "pasted", "text"),
    [
        ("payment_confirmed", "reference", "FV\u00a077\u200b", "FV 77"),
        ("payment_confirmed", "reference", "FV\t77", "FV 77"),
        ("payment_confirmed", "method", "\ufeffPSE\n", "PSE"),
        ("payment_confirmed", "reason", "paid\u200b\r\nby transfer", "paid by transfer"),
        ("certificate_issued", "serial", "\u200b0A1B\n", "0A1B"),
        ("certificate_rejected", "observations", "the RUT\u00ad does\u2028not match", "the RUT does not match"),
    ],
)
def test_a_pasted_text_is_made_plain(name: str, field: str, pasted: str, text: str) -> None:
    assert getattr(message(name, **(VALID[name] | {field: pasted})), field) == text


@pytest.mark.parametrize("reference", ["FV\u201177", "FV–77", "ＦＶ-77", "FV  77", "FV\ufe0f77", "Ref. ñ"])
def test_a_reference_that_was_ever_taken_stays_the_key_that_it_was(reference: str) -> None:
    assert message("payment_confirmed", **(PAID | {"reference": reference})).reference == reference


def test_a_text_read_as_it_was_sent_is_refused_as_it_was_before() -> None:
    sent = json_argument(PAID | {"reference": "FV\u00a077"})

    with pytest.raises(MessageError, match=r"reference: has a character that can't be used: U\+00A0 NO-BREAK SPACE"):
        parse("signal", "payment_confirmed", [sent], as_sent=True)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=70), inner, max_size=4),
    max_leaves=10,
)
FIELDS = sorted({field for values in VALID.values() for field in values} | {"paid_at", "method", "issuer"})
OBJECTS = st.dictionaries(
    st.sampled_from(FIELDS) | st.text(max_size=90),
    JSON_VALUES | st.sampled_from([value for values in VALID.values() for value in values.values()]),
    max_size=12,
)


def outcome(kind: Any, name: str, arguments: list[Argument]) -> Message | str:
    try:
        return parse(kind, name, arguments)
    except MessageError as error:
        return str(error)


@settings(max_examples=200)
@given(st.sampled_from(sorted(VALID)) | st.text(max_size=200), OBJECTS)
def test_any_json_is_a_message_or_a_short_printable_refusal(name: str, values: dict[str, Any]) -> None:
    found = outcome(kind_of(name), name, [json_argument(values)])

    assert isinstance(found, Message) or (len(found) < LONGEST_REFUSAL and found.isprintable())


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(VALID)),
    st.lists(st.builds(Argument, st.just(JSON_ENCODING) | st.binary(max_size=90), st.binary(max_size=200)), max_size=3),
)
def test_any_bytes_are_a_message_or_a_short_printable_refusal(name: str, arguments: list[Argument]) -> None:
    found = outcome(kind_of(name), name, arguments)

    assert isinstance(found, Message) or (len(found) < LONGEST_REFUSAL and found.isprintable())


@settings(max_examples=100)
@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_value_that_was_sent_is_not_in_its_refusal(name: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(VALID[name])))
    secret = "María Peñaranda 52345678 " * data.draw(st.integers(4, 40))

    found = outcome(kind_of(name), name, [json_argument(VALID[name] | {field: secret})])

    assert isinstance(found, Message) or "52345678" not in found


@settings(max_examples=200)
@given(
    st.text(max_size=40) | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(lambda d: d.isoformat())
)
def test_any_text_is_a_day_of_this_century_or_refused(typed: str) -> None:
    found = outcome("signal", "reminders_muted", [json_argument({"until": typed, "reason": "x", "by": "x"})])

    assert isinstance(found, str) or 1999 <= found.until.year <= 2100


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("El NIT 900.373.115-3 no coincide", "El NIT ••• no coincide"),
        ("CC 12.345 de Cali", "CC ••• de Cali"),
        ("Cédula No. 5234 vencida", "Cédula No. ••• vencida"),
        ("llamó del 300 123 4567, del 300-123-4567 y de ana@laespiga.co.", "llamó del •••, del ••• y de •••."),
        ("pagó 297.500 y no 279.500 el 2027-01-31 a las 10:00", "pagó 297.500 y no 279.500 el 2027-01-31 a las 10:00"),
        ("FV-77 del folio AC-0001-2345, serial 0A1B5F01", "FV-77 del folio AC-0001-2345, serial 0A1B5F01"),
    ],
)
def test_what_identifies_a_person_is_hidden_in_a_free_text(typed: str, kept: str) -> None:
    rejected = message("certificate_rejected", observations=typed)
    closed = message("activation_closed", reason=typed)

    assert (rejected.observations, closed.reason) == (kept, kept)  # type: ignore[attr-defined]
