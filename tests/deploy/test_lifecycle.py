"""What the store removes by age: set by the bootstrap, looked at again, and never what must be kept."""

from datetime import date
from typing import Any

import pytest

from deploy.bucket import BucketRefusedError, ensure_bucket
from deploy.lifecycle import lifecycle
from domain import bucket as keys
from domain.retention import REJECTED_TAG, Retention, years_after
from tests.support import s3_servers


@pytest.fixture
def store(moto_url: str) -> tuple[Any, str]:
    return s3_servers.new_bucket(moto_url)


def days_of(rules: list[dict[str, Any]], key: str, tagged: bool = False) -> list[int]:
    """Return after how many days the rules remove an object, as the store reads them."""
    found = []
    for rule in rules:
        chosen = rule["Filter"].get("And", rule["Filter"])
        tags = [(each["Key"], each["Value"]) for each in chosen.get("Tags", [])]
        if key.startswith(chosen["Prefix"]) and (not tags or (tagged and tags == [REJECTED_TAG])):
            found += [rule["Expiration"]["Days"]] if "Days" in rule["Expiration"] else []
    return found


def test_the_bootstrap_sets_the_lifecycle_once(store: tuple[Any, str]) -> None:
    done = [ensure_bucket(*store, retention=Retention())["lifecycle"] for _ in range(2)]

    assert done == ["enabled", "already enabled"]
    client, name = store
    rules = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert days_of(rules, keys.inbox_key("C1", "u")) == [30]
    assert days_of(rules, keys.inbox_part_key("C1", "u", 2)) == [30]
    assert days_of(rules, keys.verdict_key("C1", "u"), tagged=True) == [90]
    assert days_of(rules, keys.verdict_key("C1", "u")) == []
    for key in (keys.entry_key("a"), keys.session_key("a"), keys.request_key("a"), keys.batch_key("a")):
        assert days_of(rules, key) == [400]
    for key in (
        keys.company_key("C1"), keys.notice_key("C1", "loan/started"), keys.address_key("C1", "a"),
        keys.first_acceptance_key("C1"), keys.archive_key("C1"), keys.letter_key("C1", "F"),
        keys.audit_key("w", 1, "a"), keys.consent_key("C1", "a", "portal", "1"), keys.earlier_prefix("C1"),
    ):  # fmt: skip
        assert days_of(rules, key, tagged=True) == []


def test_a_changed_setting_changes_the_lifecycle(store: tuple[Any, str]) -> None:
    ensure_bucket(*store, retention=Retention())

    assert ensure_bucket(*store, retention=Retention(inbox_days=14))["lifecycle"] == "enabled"

    client, name = store
    rules = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert days_of(rules, keys.inbox_key("C1", "u")) == [14]
    assert len(rules) == len(lifecycle(Retention()))


def set_by_somebody(store: tuple[Any, str], prefix: str) -> None:
    client, name = store
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 5}}
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def test_a_rule_of_somebody_else_stays(store: tuple[Any, str]) -> None:
    set_by_somebody(store, "logs/")

    ensure_bucket(*store, retention=Retention())

    client, name = store
    assert "theirs" in {each["ID"] for each in client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]}


@pytest.mark.parametrize("prefix", ["", "signed/", "profiles/C1", "a", "notices/"])
def test_a_rule_of_somebody_else_that_removes_what_must_be_kept_is_named(store: tuple[Any, str], prefix: str) -> None:
    set_by_somebody(store, prefix)

    with pytest.raises(BucketRefusedError, match=r"rule theirs removes what must be kept below .*remove that rule"):
        ensure_bucket(*store, retention=Retention())


@pytest.mark.parametrize("server", ["moto", "ministack"])
def test_the_local_servers_keep_the_rules_though_they_do_not_carry_them_out(
    server: str, moto_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if server == "moto":
        assert ensure_bucket(*s3_servers.new_bucket(moto_url), retention=Retention())["lifecycle"] == "enabled"
        return
    with s3_servers.ministack(tmp_path_factory.mktemp("s3")) as url:
        made = s3_servers.new_bucket(url)
        done = [ensure_bucket(*made, retention=Retention())["lifecycle"] for _ in range(2)]
    assert done == ["enabled", "already enabled"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 12, 24), date(2036, 12, 24), id="any day"),
        pytest.param(date(2028, 2, 29), date(2038, 3, 1), id="a day that year has not"),
    ],
)
def test_ten_years_are_counted_by_the_calendar(day: date, expected: date) -> None:
    assert years_after(day, 10) == expected


def test_letters_are_kept_for_no_less_than_the_law_asks() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 10"):
        Retention(letter_years=9)
