"""One key for each company, on which all processes agree, and which can be erased."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.encryption.data_keys import KEPT_FOR, DataKeyError, DataKeys
from adapters.encryption.ring import RetiredKeyError, Ring, RingKeys, write_ring
from adapters.encryption.rotation import erase, rewrap, wrapped_by
from adapters.s3 import S3Objects
from domain.bucket import wrapped_key
from tests.support.encryption import file_key, ring_file


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    return Ring(ring_file(tmp_path / "ring.json"))


def test_processes_that_make_a_companys_key_at_once_agree(ring: Ring, objects: S3Objects) -> None:
    processes = [DataKeys(objects, ring) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda each: each.to_write_with("C1001"), processes))

    assert len(made) == 1
    [key] = made
    assert DataKeys(objects, ring).to_read_with("C1001", key.id) == key


def test_each_company_has_a_key_of_its_own(ring: Ring, objects: S3Objects) -> None:
    keys = DataKeys(objects, ring)

    assert len({keys.to_write_with(company).secret for company in ("C1001", "C1002", "")}) == 3


def test_a_key_in_the_bucket_is_wrapped_and_shows_in_no_text(ring: Ring, objects: S3Objects) -> None:
    key = DataKeys(objects, ring).to_write_with("C1001")
    stored = objects.get(wrapped_key("C1001"))

    assert stored is not None
    assert key.secret not in stored.data
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_a_process_forgets_an_erased_key_within_minutes(ring: Ring, objects: S3Objects) -> None:
    clock = Clock()
    keys = DataKeys(objects, ring, clock)
    key = keys.to_write_with("C1001")

    erase(objects, "C1001")
    clock.now += KEPT_FOR.total_seconds()

    assert keys.to_read_with("C1001", key.id) is None
    assert keys.to_write_with("C1001").id != key.id


def test_erasing_takes_every_version_and_no_other_companys(ring: Ring, objects: S3Objects) -> None:
    objects._client.put_bucket_versioning(Bucket=objects._bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = DataKeys(objects, ring)
    for company in ("C1001", "C10011", "C1001.json"):
        keys.to_write_with(company)
    stored = objects.get(wrapped_key("C1001"))
    assert stored is not None
    assert objects.replace(wrapped_key("C1001"), stored.data + b" ", "application/json", stored.etag)

    assert erase(objects, "C1001") == 2

    left = objects._client.list_object_versions(Bucket=objects._bucket, Prefix="keys/C1001")
    assert {each["Key"] for each in left["Versions"]} == {wrapped_key("C10011"), wrapped_key("C1001.json")}
    assert "DeleteMarkers" not in left
    assert erase(objects, "C1001") == 0


def test_the_shared_key_is_not_erased_for_a_company(objects: S3Objects) -> None:
    with pytest.raises(ValueError, match="no company's"):
        erase(objects, "")


def test_keys_wrapped_anew_stay_the_same_and_need_the_old_wrapper_no_more(tmp_path: Path, objects: S3Objects) -> None:
    old, new = file_key("2026-11"), file_key("2027-01")
    path = ring_file(tmp_path / "ring.json", old)
    ring = Ring(path)
    companies = ["", *(f"C{number}" for number in range(5))]
    before = {company: DataKeys(objects, ring).to_write_with(company) for company in companies}
    write_ring(path, RingKeys(keys=(new, old)))
    DataKeys(objects, ring).to_write_with("C99")

    done = rewrap(objects, ring)

    assert (done.rewrapped, done.already) == (6, 1)
    assert wrapped_by(objects) == {"2027-01": 7}
    write_ring(path, RingKeys(keys=(new,)))
    assert {company: DataKeys(objects, ring).to_write_with(company) for company in companies} == before
    assert rewrap(objects, ring).rewrapped == 0


def test_a_key_whose_wrapper_is_gone_stops_the_wrapping_anew(tmp_path: Path, objects: S3Objects) -> None:
    path = ring_file(tmp_path / "ring.json", file_key("2026-11"))
    DataKeys(objects, Ring(path)).to_write_with("C1001")
    write_ring(path, RingKeys(keys=(file_key("2027-01"),)))

    with pytest.raises(RetiredKeyError, match="C1001 is wrapped by 2026-11"):
        rewrap(objects, Ring(path))


def test_a_damaged_key_is_named(ring: Ring, objects: S3Objects) -> None:
    objects.put(wrapped_key("C1001"), b"{}", "application/json")

    with pytest.raises(DataKeyError, match=r"keys/C1001\.json can't be read"):
        DataKeys(objects, ring).to_write_with("C1001")
