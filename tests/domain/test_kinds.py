"""The table of kinds covers every key of the bucket, so that export, erasure and retention leave none out."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from domain import bucket
from domain.kinds import FLATTENED, KINDS, OTHER, SIGNED, Fate, Kind, kind_of, upload_of
from domain.retention import Retention, rules
from tests.domain.test_bucket import CALLS, IDS, KEYS

BY_KEY = {key: kind for kind in KINDS for key in kind.keys}
PAGE = (Path(__file__).parents[2] / "docs" / "retention.md").read_text(encoding="utf-8")


def test_every_key_function_of_the_bucket_is_of_one_kind() -> None:
    read = {bucket.company_of_key, bucket.company_of_wrapped_key}
    named = {value for name, value in vars(bucket).items() if name.endswith("_key")}
    assert named - read == set(BY_KEY)
    assert sum(len(kind.keys) for kind in KINDS) == len(BY_KEY)


@given(call=CALLS)
def test_a_key_is_found_as_its_kind_by_the_company_it_is_of(call: tuple[Any, Any]) -> None:
    function, arguments = call
    key, kind = function(*arguments), BY_KEY[function]
    if kind.rest is None:
        assert key.startswith(kind.prefix)
        assert kind.company_in_key is None or kind.company_in_key(key) == arguments[0]
    else:
        there = {bucket.verdict_key(*arguments)} if function is bucket.signed_letter_key else ()
        assert kind_of(arguments[0], key, there) is kind
        assert key.startswith(f"{kind.prefix}{arguments[0]}")


@given(call=CALLS, other=IDS)
def test_a_key_is_never_found_as_another_companys(call: tuple[Any, Any], other: str) -> None:
    function, arguments = call
    if BY_KEY[function].rest is not None and other != arguments[0]:
        assert kind_of(other, function(*arguments)) is None


@pytest.mark.parametrize("old", ["old_flattened_letter_key", "old_first_acceptance_key", "old_loan_revocation_key"])
def test_what_an_earlier_release_has_stored_is_found(old: str) -> None:
    function = vars(bucket)[old]
    key = function("C1", "u1") if "letter" in old else function("C1")
    assert kind_of("C1", key) is BY_KEY[function]


def test_what_nobody_knows_below_a_companys_name_is_found_all_the_same() -> None:
    assert kind_of("C1", "profiles/C1/notes.txt") is OTHER
    assert kind_of("C1", "profiles/C12/notes.txt") is None


def test_which_upload_a_key_is_about_is_told_from_the_key() -> None:
    keys = [
        bucket.signed_letter_key("C1", "u-1"),
        bucket.verdict_key("C1", "u-1"),
        bucket.original_key("C1", "u-1", 2),
        bucket.flattened_letter_key("C1", "u-1"),
        bucket.old_flattened_letter_key("C1", "u-1"),
        bucket.inbox_key("C1", "u-1"),
        bucket.inbox_part_key("C1", "u-1", 2),
    ]
    assert {upload_of("C1", key) for key in keys} == {"u-1"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_removed_by_age_only_where_no_case_may_need_it(kind: Kind) -> None:
    reached = [rule for rule in rules(Retention()) if kind.prefix.startswith(rule.prefix) and kind.prefix]
    if kind.expiry is None:
        # A rule with a tag reaches what was tagged, and only rejected letters are.
        assert [rule for rule in reached if rule.tag is None] == []
    else:
        assert kind.expiry in {rule.expiry for rule in reached}
        assert kind.fate in {Fate.GOES, Fate.RECORD} or kind.prefix in {bucket.INBOX, bucket.SIGNED}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_page_about_retention_has_a_row_for_each_kind(kind: Kind) -> None:
    prefixes = {kind.prefix} if kind.prefix else set()
    assert f"| {kind.name} |" in PAGE
    assert all(f"`{each}" in PAGE for each in prefixes)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_explained_to_a_person(kind: Kind) -> None:
    assert min(map(len, (kind.title, kind.es, kind.en))) > 3
    assert kind.es.endswith(".")
    assert kind.en.endswith(".")


def test_an_upload_that_is_called_as_pictures_were_before_is_a_letter() -> None:
    key, verdict = bucket.signed_letter_key("C1", "u-flat"), bucket.verdict_key("C1", "u-flat")

    assert (kind_of("C1", key, {verdict}), upload_of("C1", key, {verdict})) == (SIGNED, "u-flat")
    assert (kind_of("C1", key), upload_of("C1", key)) == (FLATTENED, "u")
    assert upload_of("C1", verdict) == "u-flat"


def test_every_key_is_tried_here_too() -> None:
    assert set(KEYS) <= set(BY_KEY)
