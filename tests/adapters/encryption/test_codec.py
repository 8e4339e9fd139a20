"""What goes to Temporal is unreadable without the company's key, and nothing that comes from there wedges a case."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from adapters import encryption
from adapters.encryption.codec import CompanyCodec
from adapters.encryption.data_keys import DataKeys
from adapters.encryption.ring import RetiredKeyError, Ring, RingKeys, write_ring
from adapters.encryption.rotation import erase
from adapters.s3 import S3Objects
from adapters.temporal import data_converter
from domain.bucket import wrapped_key
from domain.contract import ASK_AGAIN, workflow_id
from sealing import Encryption
from tests.support.encryption import file_key, ring_file

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"reference": "FV-77"}')


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    return ring_file(tmp_path / "ring.json")


def codec(ring: Path, objects: S3Objects, company_id: str | None = None, *, reads_only: bool = False) -> CompanyCodec:
    """Return the codec of a process that has just begun, in the context of a company's workflow where one is named."""
    made = encryption.codec(Encryption(ring=ring, reads_only=reads_only), objects)
    assert made is not None
    return made if company_id is None else made.with_context(case_of(company_id))


def case_of(company_id: str) -> WorkflowSerializationContext:
    return WorkflowSerializationContext(namespace="default", workflow_id=workflow_id(company_id))


def found_in(payloads: Sequence[Payload]) -> bytes:
    return b"".join(each.SerializeToString() for each in payloads)


async def test_a_payload_is_unreadable_and_another_process_reads_it(ring: Path, objects: S3Objects) -> None:
    sealed = await codec(ring, objects, "C1001").encode([PLAIN, PLAIN])

    assert b"FV-77" not in found_in(sealed)
    assert sealed[0].data != sealed[1].data
    assert await codec(ring, objects, "C1001").decode(sealed) == [PLAIN, PLAIN]


async def test_an_activity_reads_what_its_workflow_has_written(ring: Path, objects: S3Objects) -> None:
    context = ActivitySerializationContext(
        namespace="default",
        activity_id="1",
        activity_type="issue_letter",
        activity_task_queue="certificate-activation",
        workflow_id=workflow_id("C1001"),
        workflow_type="CertificateActivation",
        is_local=False,
    )
    sealed = await codec(ring, objects, "C1001").encode([PLAIN])

    assert await codec(ring, objects).with_context(context).decode(sealed) == [PLAIN]


async def test_what_is_written_without_a_context_is_read_in_every_case(ring: Path, objects: S3Objects) -> None:
    """A message to many cases is one payload."""
    sealed = await codec(ring, objects).encode([PLAIN])

    assert b"FV-77" not in found_in(sealed)
    assert await codec(ring, objects, "C1001").decode(sealed) == [PLAIN]
    assert await codec(ring, objects, "C1002").decode(sealed) == [PLAIN]


async def test_what_is_written_in_a_case_is_read_without_a_context(ring: Path, objects: S3Objects) -> None:
    sealed = await codec(ring, objects, "C1001").encode([PLAIN])

    assert await codec(ring, objects).decode(sealed) == [PLAIN]


async def test_a_plain_payload_passes(ring: Path, objects: S3Objects) -> None:
    assert await codec(ring, objects, "C1001").decode([PLAIN]) == [PLAIN]


async def test_another_companys_payload_does_not_open_in_a_case(ring: Path, objects: S3Objects) -> None:
    """Whoever may signal a case could otherwise have another company's message read to them."""
    stolen = await codec(ring, objects, "C1001").encode([PLAIN])
    renamed = Payload()
    renamed.CopyFrom(stolen[0])
    renamed.metadata["encryption-company"] = b"C1002"
    await codec(ring, objects, "C1002").encode([PLAIN])

    assert await codec(ring, objects, "C1002").decode([stolen[0], renamed]) == [stolen[0], renamed]


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({}, id="nothing but the encoding"),
        pytest.param({"encryption-company": b"C1001", "encryption-key-id": b"made-up"}, id="an unknown key"),
        pytest.param({"encryption-company": b"C9999", "encryption-key-id": b"made-up"}, id="an unknown company"),
        pytest.param({"encryption-company": b"../audit", "encryption-key-id": b"x"}, id="no company id"),
        pytest.param({"encryption-company": b"\xff\xfe", "encryption-key-id": b"\xff"}, id="no text"),
    ],
)
@pytest.mark.parametrize("data", [b"", b"x", b"x" * 100])
async def test_what_says_it_is_encrypted_and_is_not_passes_as_it_came(
    ring: Path, objects: S3Objects, metadata: dict[str, bytes], data: bytes
) -> None:
    await codec(ring, objects, "C1001").encode([PLAIN])
    hostile = Payload(metadata={"encoding": b"binary/encrypted", **metadata}, data=data)

    assert await codec(ring, objects, "C1001").decode([hostile]) == [hostile]
    assert await codec(ring, objects).decode([hostile]) == [hostile]


@pytest.mark.parametrize("changed", [0, 12, -1], ids=["nonce", "text", "tag"])
async def test_a_changed_byte_does_not_open(ring: Path, objects: S3Objects, changed: int) -> None:
    [sealed] = await codec(ring, objects, "C1001").encode([PLAIN])
    data = bytearray(sealed.data)
    data[changed] ^= 1
    sealed.data = bytes(data)

    assert await codec(ring, objects, "C1001").decode([sealed]) == [sealed]


async def test_an_erased_companys_payloads_stay_closed_and_others_open(ring: Path, objects: S3Objects) -> None:
    mine, other = (
        await codec(ring, objects, "C1001").encode([PLAIN]),
        await codec(ring, objects, "C1002").encode([PLAIN]),
    )

    erase(objects, "C1001")

    assert await codec(ring, objects, "C1001").decode(mine) == mine
    assert await codec(ring, objects, "C1002").decode(other) == [PLAIN]


async def test_a_company_that_comes_back_gets_a_new_key(ring: Path, objects: S3Objects) -> None:
    old = await codec(ring, objects, "C1001").encode([PLAIN])
    erase(objects, "C1001")

    new = await codec(ring, objects, "C1001").encode([PLAIN])

    assert await codec(ring, objects, "C1001").decode(old + new) == [*old, PLAIN]


async def test_a_retired_key_is_refused_and_named(tmp_path: Path, objects: S3Objects) -> None:
    old, new = file_key("2026-11"), file_key("2027-01")
    ring = ring_file(tmp_path / "ring.json", old)
    sealed = await codec(ring, objects, "C1001").encode([PLAIN])

    write_ring(ring, RingKeys(keys=(new,)))

    with pytest.raises(RetiredKeyError, match=r"key of C1001 is wrapped by 2026-11, which the ring .* does not hold"):
        await codec(ring, objects, "C1001").decode(sealed)
    with pytest.raises(RetiredKeyError, match="2026-11"):
        await codec(ring, objects, "C1001").encode([PLAIN])


async def test_a_process_that_only_reads_writes_plain_and_reads_both(ring: Path, objects: S3Objects) -> None:
    sealed = await codec(ring, objects, "C1001").encode([PLAIN])

    reading = codec(ring, objects, "C1001", reads_only=True)

    assert await reading.encode([PLAIN]) == [PLAIN]
    assert await reading.decode([*sealed, PLAIN]) == [PLAIN, PLAIN]


async def test_the_workers_key_is_found_without_asking_each_time(ring: Path, objects: S3Objects) -> None:
    asked = Counted(objects)
    made = CompanyCodec(DataKeys(asked, Ring(ring)), company_id="C1001")
    sealed = await made.encode([PLAIN])
    before = asked.read
    for _ in range(20):
        await made.decode(sealed * 5)

    assert asked.read == before


async def test_made_up_key_ids_do_not_cost_a_look_each(ring: Path, objects: S3Objects) -> None:
    asked = Counted(objects)
    made = CompanyCodec(DataKeys(asked, Ring(ring)), company_id="C1001", only_this=True)
    await made.encode([PLAIN])
    before = asked.read
    for number in range(20):
        metadata = {"encryption-company": b"C1001", "encryption-key-id": str(number).encode()}
        await made.decode([Payload(metadata={"encoding": b"binary/encrypted", **metadata}, data=b"x")])

    assert asked.read - before <= 1


async def test_text_and_trace_of_a_failure_are_unreadable(ring: Path, objects: S3Objects) -> None:
    converter = data_converter(codec(ring, objects)).with_context(case_of("C1001"))
    failure = Failure()
    error = ApplicationError("the receipt FV-77 is not there", {"reference": "FV-77"}, type="ReceiptError")

    await converter.encode_failure(error, failure)

    assert b"FV-77" not in failure.SerializeToString()
    assert failure.message == "Encoded failure"
    read = await converter.decode_failure(failure)
    assert isinstance(read, ApplicationError)
    assert (read.message, list(read.details)) == ("the receipt FV-77 is not there", [{"reference": "FV-77"}])


async def test_a_question_that_is_to_be_asked_again_says_so_in_clear(ring: Path, objects: S3Objects) -> None:
    """What a query fails with is read by its text, never decoded."""
    converter = data_converter(codec(ring, objects))
    failure = Failure()

    converter.failure_converter.to_failure(RuntimeError(ASK_AGAIN), converter.payload_converter, failure)

    assert failure.message == ASK_AGAIN


class Counted(S3Objects):
    """Counts how often a wrapped key is read."""

    def __init__(self, objects: S3Objects) -> None:
        super().__init__(objects._client, objects._bucket)
        self.read = 0

    def get(self, key: str, limit_bytes: int | None = None) -> object:
        self.read += key == wrapped_key("C1001")
        return super().get(key, limit_bytes)
