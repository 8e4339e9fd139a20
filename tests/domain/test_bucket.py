"""Keys of the bucket: what lies where, told both ways."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import bucket
from domain.bucket import (
    company_key,
    company_of_key,
    company_of_mark,
    company_version_key,
    mark_key,
    marks_since,
    representative_key,
)
from domain.contract import UPLOAD_ID_PATTERN


def test_whose_data_lie_under_a_key_is_told_from_the_key() -> None:
    assert company_of_key(company_key("C-1_x")) == "C-1_x"


@pytest.mark.parametrize(
    "key",
    [
        company_version_key("C1", "a" * 64),
        representative_key("C1"),
        "profiles/C1/company.json.bak",
        "letters/C1/company.json",
        "profiles//company.json/x",
        "",
    ],
)
def test_other_keys_hold_nobodys_current_data(key: str) -> None:
    assert company_of_key(key) is None


def test_whose_mark_lies_under_a_key_is_told_from_the_key_and_marks_lie_in_the_order_of_time() -> None:
    later = mark_key("C-1_x", AT + timedelta(microseconds=1))

    assert (company_of_mark(later), company_of_mark("directory/"), company_of_mark(later + "/")) == (
        "C-1_x",
        None,
        None,
    )
    assert sorted([later, mark_key("D", AT), marks_since(AT)]) == [marks_since(AT), mark_key("D", AT), later]


AT = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
IDS = st.from_regex(UPLOAD_ID_PATTERN.replace("$", r"\Z"), fullmatch=True) | st.sampled_from(
    ["A", "A-revoked", "A-flat", "first", "revoked", "flat", "original-1", "company", "representative"]
)
INSTANTS = st.integers(0, 10).map(lambda seconds: datetime(2026, 12, 1, 15, 0, seconds, tzinfo=UTC))
DIGEST_TEXTS = ("0" * 64, "1" * 64)
DIGESTS = st.sampled_from(DIGEST_TEXTS)
TEXT_VERSIONS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", fullmatch=True) | st.sampled_from(["portal-1", "1"])
KEYS: dict[Callable[..., str], tuple[st.SearchStrategy[object], ...]] = {
    bucket.company_key: (IDS,),
    bucket.company_version_key: (IDS, DIGESTS),
    bucket.representative_key: (IDS,),
    bucket.representative_version_key: (IDS, DIGESTS),
    bucket.consent_key: (IDS, DIGESTS, st.sampled_from(["portal", "billing"]), TEXT_VERSIONS),
    bucket.inbox_key: (IDS, IDS),
    bucket.inbox_part_key: (IDS, IDS, st.integers(2, 10)),
    bucket.letter_key: (IDS, IDS),
    bucket.letter_content_key: (IDS, IDS),
    bucket.flattened_letter_key: (IDS, IDS),
    bucket.signed_letter_key: (IDS, IDS),
    bucket.original_key: (IDS, IDS, st.integers(1, 10)),
    bucket.verdict_key: (IDS, IDS),
    bucket.first_acceptance_key: (IDS,),
    bucket.loan_revocation_key: (IDS,),
    bucket.entry_key: (DIGESTS,),
    bucket.session_key: (DIGESTS,),
    bucket.request_key: (DIGESTS,),
    bucket.archive_key: (IDS,),
    bucket.snapshot_key: (IDS,),
    bucket.notice_key: (IDS, st.text("a/1-.", min_size=1, max_size=9)),
    bucket.address_key: (IDS, DIGESTS),
    bucket.batch_key: (IDS,),
    bucket.audit_key: (IDS, st.integers(0, 10), DIGESTS),
    bucket.proposal_key: (IDS,),
    bucket.hand_entries_key: (DIGESTS,),
    bucket.mark_key: (IDS, INSTANTS),
    bucket.hand_batches_key: (DIGESTS,),
    bucket.wrapped_key: (IDS,),
    bucket.erasure_key: (IDS,),
    bucket.earlier_key: (IDS, INSTANTS, DIGESTS),
}
CALLS = st.sampled_from(list(KEYS)).flatmap(lambda key: st.tuples(st.just(key), st.tuples(*KEYS[key])))


NASTY = ("A", "A-revoked", "A-flat", "A-2", "A-original-1", "2", "first", "revoked", "flat", "original-1", "company")
NASTY += ("representative", "consents", "batches", "entries", "portal-1", "0" * 64, "1" * 64)
"""Ids that end as a key may go on, or are called as a part of a key is."""
TWO_INSTANTS = (AT, AT + timedelta(seconds=1))
TRIED: dict[Callable[..., str], tuple[Sequence[object], ...]] = {
    **{key: (NASTY,) * len(asked) for key, asked in KEYS.items()},
    bucket.consent_key: (NASTY, DIGEST_TEXTS, ("portal", "billing"), ("1", "portal-1", "billing-1", "A")),
    bucket.inbox_part_key: (NASTY, NASTY, range(2, 11)),
    bucket.original_key: (NASTY, NASTY, range(1, 11)),
    bucket.audit_key: (NASTY, range(3), DIGEST_TEXTS),
    bucket.notice_key: (NASTY, (*NASTY, "a/1", "a-1", "1.json", "2-first")),
    bucket.mark_key: (NASTY, TWO_INSTANTS),
    bucket.earlier_key: (NASTY, TWO_INSTANTS, DIGEST_TEXTS),
}
"""What each part of a key is tried with, every combination of them."""


def test_every_key_is_tried() -> None:
    named = {value for name, value in vars(bucket).items() if name.endswith("_key")}
    before = {value for name, value in vars(bucket).items() if name.startswith("old_")}
    assert named - before - {company_of_key, bucket.company_of_wrapped_key} == set(KEYS)


def test_no_two_things_lie_under_one_key_whatever_their_ids_end_in() -> None:
    meant: dict[str, tuple[str, tuple[object, ...]]] = {}
    for key, parts in TRIED.items():
        for given_parts in itertools.product(*parts):
            call = (key.__name__, given_parts)
            assert meant.setdefault(key(*given_parts), call) == call


@given(one=CALLS, other=CALLS)
@settings(max_examples=400)
def test_no_two_things_lie_under_one_key(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    assert (one == other) == (one[0](*one[1]) == other[0](*other[1]))
