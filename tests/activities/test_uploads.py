"""When an upload arrived: its first copy says so, whatever an attempt that broke off has left behind."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.uploads import UploadActivities
from domain.bucket import first_acceptance_key, inbox_key, letter_content_key, letter_key, signed_letter_key
from domain.calendar import bogota_date
from domain.case.jobs import CheckUploadRequest, UploadChecked
from domain.case.loan import FirstAcceptance
from domain.errors import StoreUnavailableError
from domain.letter.examination import Examination, LetterOnRecord, Verdict
from domain.model import canonical_bytes
from tests.support import builders

ARRIVED = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = ARRIVED + timedelta(days=2)


@dataclass(frozen=True)
class Kept:
    """An object of the store below."""

    data: bytes
    stored_at: datetime
    etag: str = ""

    @property
    def size_bytes(self) -> int:
        return len(self.data)


class Store:
    """A store in memory whose clock a test sets."""

    def __init__(self) -> None:
        self.objects: dict[str, Kept] = {}
        self.now = ARRIVED

    def get(self, key: str, limit_bytes: int | None = None) -> Kept | None:  # noqa: ARG002
        return self.objects.get(key)

    def put(self, key: str, data: bytes, content_type: str = "") -> None:  # noqa: ARG002
        self.objects[key] = Kept(data, self.now)

    def put_new(self, key: str, data: bytes, content_type: str = "") -> bool:  # noqa: ARG002
        if key in self.objects:
            return False
        self.put(key, data)
        return True

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:  # noqa: ARG002
        self.put(key, data)
        return True


class Accepting:
    """An examiner that accepts everything."""

    def examine(self, data: bytes, size_bytes: int, letter: LetterOnRecord) -> Examination:  # noqa: ARG002
        return Examination(verdict=Verdict.ACCEPTED)

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:  # noqa: ARG002
        return None


def checked(store: Store, upload_id: str = "U1", **beside: object) -> UploadChecked:
    content = builders.letter()
    store.put(letter_content_key("C1001", content.folio), canonical_bytes(content))
    store.put(letter_key("C1001", content.folio), b"%PDF-")
    request = CheckUploadRequest(
        company_id="C1001",
        upload_id=upload_id,
        asked_at=store.now,
        limit_bytes=1 << 20,
        folio=content.folio,
        starts_loan=True,
        **beside,
    )
    steps = UploadActivities(store, Accepting(), now=lambda: store.now)
    found: UploadChecked = ActivityEnvironment().run(steps.check_upload, request)
    return found


def test_a_check_that_broke_off_after_the_bytes_were_kept_dates_the_loan_no_later() -> None:
    store = Store()
    store.put(inbox_key("C1001", "U1"), b"scan")
    store.now = LATER
    store.put(signed_letter_key("C1001", "U1"), b"scan")

    found = checked(store)

    assert found.received_at == ARRIVED
    assert found.first_acceptance is not None
    assert found.first_acceptance.received_at == ARRIVED


def test_a_file_that_came_again_under_its_id_is_dated_by_the_copy_that_was_kept() -> None:
    store = Store()
    store.put(signed_letter_key("C1001", "U1"), b"scan")
    store.now = LATER
    store.put(inbox_key("C1001", "U1"), b"another")

    assert checked(store).received_at == ARRIVED


def test_what_is_no_longer_in_the_inbox_is_dated_by_its_copy() -> None:
    store = Store()
    store.put(signed_letter_key("C1001", "U1"), b"scan")

    assert checked(store).received_at == ARRIVED


def test_a_letter_that_arrived_while_an_own_certificate_signed_starts_no_loan_however_late_it_is_judged() -> None:
    store = Store()
    store.put(inbox_key("C1001", "U1"), b"scan")
    day = bogota_date(ARRIVED)

    assert checked(store, own_days=((day, day),)).first_acceptance is None
    assert checked(store, own_days=((day + timedelta(days=1), day + timedelta(days=2)),)).first_acceptance is not None


def test_an_acceptance_that_waits_for_the_store_is_not_overtaken_by_a_later_upload() -> None:
    store = Store()
    store.put(inbox_key("C1001", "U1"), b"scan")
    earlier = FirstAcceptance(upload_id="U0", received_at=ARRIVED - timedelta(hours=1))

    assert checked(store, accepted=(earlier,)).first_acceptance == earlier


def test_a_check_that_broke_off_before_its_acceptance_was_written_is_not_overtaken() -> None:
    store = Store()
    store.put(inbox_key("C1001", "U0"), b"scan")
    checked(store, upload_id="U0")
    del store.objects[first_acceptance_key("C1001")]
    store.now = LATER
    store.put(inbox_key("C1001", "U1"), b"scan")

    assert checked(store, checked=("U0",)).first_acceptance == FirstAcceptance(upload_id="U0", received_at=ARRIVED)


def test_a_conflict_over_the_first_acceptance_is_not_taken_for_its_being_written() -> None:
    store = Conflicting()
    store.put(inbox_key("C1001", "U1"), b"scan")

    with pytest.raises(StoreUnavailableError):
        checked(store)


class Conflicting(Store):
    """A store that answers a first write with a conflict, as S3 does while another one is under way."""

    def put_new(self, key: str, data: bytes, content_type: str = "") -> bool:
        return key != first_acceptance_key("C1001") and super().put_new(key, data, content_type)
