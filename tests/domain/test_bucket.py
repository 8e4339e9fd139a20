"""Keys of the bucket: what lies where, told both ways."""

import pytest

from domain.bucket import company_key, company_of_key, company_version_key, representative_key


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
