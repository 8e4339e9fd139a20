"""When an upload arrived: its first copy says so, whatever an attempt that broke off has left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.uploads import UploadActivities
from domain.bucket import (
    first_acceptance_key,
    inbox_key,
    inbox_part_key,
    letter_content_key,
    letter_key,
    original_key,
    signed_letter_key,
)
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
    """An examiner that accepts everything, and remembers it."""

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.size_bytes = 0

    def examine(self, files: Sequence[bytes], size_bytes: int, letter: LetterOnRecord) -> Examination:  # noqa: ARG002
        self.files, self.size_bytes = list(files), size_bytes
        return Examination(verdict=Verdict.ACCEPTED)

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:  # noqa: ARG002
        return None


def checked(
    store: Store,
    upload_id: str = "U1",
    examiner: Accepting | None = None,
    intake_bytes: int = 1000,
    **beside: object,
) -> UploadChecked:
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
    steps = UploadActivities(store, examiner or Accepting(), lambda: store.now, intake_bytes)
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


def test_what_was_kept_of_photos_is_judged_again_whatever_the_inbox_holds_by_then() -> None:
    store, seen = Store(), Accepting()
    first, second = b"\xff\xd8\xff one", b"\xff\xd8\xff two"
    store.put(original_key("C1001", "U1", 1), first)
    store.put(original_key("C1001", "U1", 2), second)
    store.put(signed_letter_key("C1001", "U1"), b"%PDF- made of them")
    store.put(inbox_key("C1001", "U1"), b"\xff\xd8\xff another")

    checked(store, examiner=seen)

    assert seen.files == [first, second]


def test_of_an_upload_above_the_limit_the_beginning_is_looked_at_and_the_whole_size_is_known() -> None:
    store, seen = Store(), Accepting()
    store.put(inbox_key("C1001", "U1"), b"\xff\xd8\xff" + bytes(60))
    store.put(inbox_part_key("C1001", "U1", 2), b"\xff\xd8\xff" + bytes(60))
    store.put(inbox_part_key("C1001", "U1", 3), b"\xff\xd8\xff" + bytes(60))

    checked(store, examiner=seen, intake_bytes=100)

    assert (len(seen.files), seen.size_bytes) == (2, 126)


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


def test_an_acceptance_that_lies_where_it_lay_before_stands() -> None:
    store = Store()
    store.put(inbox_key("C1001", "U1"), b"scan")
    earlier = FirstAcceptance(upload_id="U0", received_at=ARRIVED - timedelta(days=9))
    store.put("loans/C1001.json", earlier.model_dump_json().encode())

    assert checked(store).first_acceptance == earlier


def test_a_conflict_over_the_first_acceptance_is_not_taken_for_its_being_written() -> None:
    store = Conflicting()
    store.put(inbox_key("C1001", "U1"), b"scan")

    with pytest.raises(StoreUnavailableError):
        checked(store)


class Conflicting(Store):
    """A store that answers a first write with a conflict, as S3 does while another one is under way."""

    def put_new(self, key: str, data: bytes, content_type: str = "") -> bool:
        return key != first_acceptance_key("C1001") and super().put_new(key, data, content_type)
