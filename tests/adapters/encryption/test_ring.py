"""The ring: its file, its rotation, the KMS behind it."""

import base64
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from adapters.encryption.kms import KmsKey, KmsRefusedError, KmsUnavailableError
from adapters.encryption.ring import RetiredKeyError, Ring, RingError, RingKey, RingKeys, write_ring
from stack.probes import free_port
from tests.support.encryption import file_key, ring_file

SECRET = bytes(range(32))


@pytest.fixture
def kms(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client for a KMS that the product's own finds as a deployment's would: by the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", moto_url)
    return boto3.Session().client("kms", region_name="us-east-1")


@pytest.fixture
def arn(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture(params=["file", "kms"])
def key(request: pytest.FixtureRequest) -> RingKey:
    return file_key("k1") if request.param == "file" else RingKey(id="k1", kms=request.getfixturevalue("arn"))


def test_a_wrapped_key_opens_for_the_same_company_and_id_only(tmp_path: Path, key: RingKey) -> None:
    ring = Ring(ring_file(tmp_path / "ring.json", key))

    ring_id, wrapped = ring.wrap(SECRET, "C1001", "d1")

    assert ring_id == "k1"
    assert SECRET not in wrapped
    assert ring.unwrap("k1", wrapped, "C1001", "d1") == SECRET
    for company_id, key_id in (("C1002", "d1"), ("C1001", "d2"), ("", "d1")):
        with pytest.raises(RetiredKeyError, match="does not open with k1"):
            ring.unwrap("k1", wrapped, company_id, key_id)


def test_what_belongs_to_no_company_is_wrapped_too(tmp_path: Path, key: RingKey) -> None:
    ring = Ring(ring_file(tmp_path / "ring.json", key))

    assert ring.unwrap(*ring.wrap(SECRET, "", "d1"), "", "d1") == SECRET


def test_a_running_process_follows_the_file(tmp_path: Path) -> None:
    old, new = file_key("2026-11"), file_key("2027-01")
    path = ring_file(tmp_path / "ring.json", old)
    ring = Ring(path)
    _, wrapped = ring.wrap(SECRET, "C1001", "d1")

    write_ring(path, RingKeys(keys=(new, old)))
    assert (ring.newest, ring.unwrap("2026-11", wrapped, "C1001", "d1")) == ("2027-01", SECRET)

    write_ring(path, RingKeys(keys=(new,)))
    with pytest.raises(RetiredKeyError, match="put 2026-11 back"):
        ring.unwrap("2026-11", wrapped, "C1001", "d1")


def test_a_rotation_leads_from_a_file_to_a_kms(tmp_path: Path, arn: str) -> None:
    old, new = file_key("2026-11"), RingKey(id="2027-01", kms=arn)
    ring = Ring(ring_file(tmp_path / "ring.json", new, old))

    assert ring.wrap(SECRET, "C1001", "d1")[0] == "2027-01"


def test_a_kms_that_is_away_may_answer_later(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", f"http://127.0.0.1:{free_port()}")

    with pytest.raises(KmsUnavailableError, match="KMS: EndpointConnectionError"):
        KmsKey(arn).wrap(SECRET, "C1001", "d1")


def test_a_key_that_the_kms_does_not_have_is_named(arn: str) -> None:
    absent = arn[:-4] + "0000"

    with pytest.raises(KmsRefusedError, match=f"KMS Encrypt: NotFoundException; check the key {absent}"):
        KmsKey(absent).wrap(SECRET, "C1001", "d1")


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = ring_file(tmp_path / "ring.json")

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("{", "file: Invalid JSON", id="no JSON"),
        pytest.param('{"keys": []}', "keys: Tuple should have at least 1 item", id="no key"),
        pytest.param('{"keys": [{"id": "k1"}]}', "needs either aes256 or kms", id="neither"),
        pytest.param('{"keys": [{"id": "k1", "kms": "alias/activa"}]}', "keys.0.kms: String should match", id="no ARN"),
        pytest.param('{"keys": [{"id": "k1", "aes256": "c2hvcnQ="}]}', "must be 32 bytes in base64", id="short"),
    ],
)
def test_a_file_that_is_wrong_says_where_and_shows_no_key(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "ring.json"
    path.write_text(text)

    with pytest.raises(RingError) as refused:
        Ring(path)

    assert said in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)


def test_an_id_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    key = f'{{"id": "k1", "aes256": "{base64.b64encode(SECRET).decode()}"}}'
    path.write_text(f'{{"keys": [{key}, {key}]}}')

    with pytest.raises(RingError, match="an id stands there twice"):
        Ring(path)


def test_a_file_that_is_not_there_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(RingError, match="No such file or directory; check ACTIVA_ENCRYPTION__RING"):
        Ring(tmp_path / "none.json")
