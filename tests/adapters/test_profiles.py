"""Data and the proof that they may be kept, in the order in which they reach the bucket."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters import profiles
from adapters.s3 import S3Objects
from domain.bucket import PROFILES, representative_key
from domain.consent.authorization import Authorization, Door, ticked
from domain.errors import StoreUnavailableError
from domain.model import canonical_bytes
from tests.support import builders, s3_servers

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
PERSON = builders.representative()
TICKED = ticked(builders.lender(), "0" * 32, NOW)


@pytest.fixture
def objects(moto_url: str) -> S3Objects:
    return S3Objects(*s3_servers.new_bucket(moto_url))


class WithoutEvidence(S3Objects):
    """A store that breaks down whenever a proof is to be written."""

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        if "/consents/" in key:
            raise StoreUnavailableError("503")
        return super().put_new(key, data, content_type)


def test_data_whose_authorization_can_not_be_written_down_are_not_stored(moto_url: str) -> None:
    store = WithoutEvidence(*s3_servers.new_bucket(moto_url))

    with pytest.raises(StoreUnavailableError):
        profiles.store_representative(store, "C1001", PERSON, TICKED)

    assert list(store.list(PROFILES)) == []


def test_evidence_that_lies_there_is_not_overwritten(objects: S3Objects) -> None:
    sha256 = profiles.store_representative(objects, "C1001", PERSON, TICKED)
    later = TICKED.model_copy(update={"by": "1" * 32, "given_at": NOW + timedelta(days=9)})
    profiles.store_representative(objects, "C1001", PERSON, later)

    [kept] = profiles.consents(objects, "C1001", sha256)
    assert (kept.by, kept.given_at, kept.text) == ("0" * 32, NOW, TICKED.text)


def test_another_text_and_another_door_leave_evidence_of_their_own(objects: S3Objects) -> None:
    profiles.store_representative(objects, "C1001", PERSON, TICKED)
    newer = TICKED.model_copy(update={"text_version": "2027-1", "given_at": NOW + timedelta(days=400)})
    profiles.store_representative(objects, "C1001", PERSON, newer)
    stated = Authorization(door=Door.BILLING, by="crm:77", given_at=NOW - timedelta(days=3), text_version="2026-1")
    sha256 = profiles.store_representative(objects, "C1001", PERSON, stated)

    found = profiles.consents(objects, "C1001", sha256)
    assert [(each.door.value, each.text_version) for each in found] == [
        ("billing", "2026-1"),
        ("portal", "2026-1"),
        ("portal", "2027-1"),
    ]


def test_data_without_a_stated_authorization_have_no_evidence(objects: S3Objects) -> None:
    sha256 = profiles.store_representative(objects, "C1001", PERSON, None)

    assert profiles.consents(objects, "C1001", sha256) == []
    assert objects.get(representative_key("C1001")).data == canonical_bytes(PERSON)
