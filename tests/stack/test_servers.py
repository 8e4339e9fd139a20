"""The local servers keep what they were given, also over kill -9, and are gone when their block ends."""

import os
import signal
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from adapters.temporal import connect
from stack.probes import LOOPBACK, free_port, is_free
from stack.process import ProgramFailedError, RunningProgram
from stack.servers import (
    S3_ACCESS_KEY_ID,
    inherited_environment,
    s3_program,
    s3_server,
    temporal_program,
    temporal_server,
)


def s3_client(endpoint: str, key_id: str = S3_ACCESS_KEY_ID) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": 1}),
    )


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def known_of(name: str, folder: Path) -> tuple[Path, bytes, int]:
    """Return the file in which the S3 server keeps what it knows of an object, its content, and when it was written."""
    [known] = folder.rglob(f"{name}.meta.json")
    return known, known.read_bytes(), known.stat().st_mtime_ns


async def kill_nine(running: RunningProgram) -> None:
    os.kill(running.pid, signal.SIGKILL)
    await running.stop()


async def test_objects_and_their_metadata_outlive_kill_nine(tmp_path: Path) -> None:
    port = free_port()
    running = await RunningProgram.start(s3_program(tmp_path, port))
    try:
        await running.until_ready()
        s3 = s3_client(f"http://{LOOPBACK}:{port}")
        s3.create_bucket(Bucket="activa")
        s3.put_object(Bucket="activa", Key="letters/C1/a.pdf", Body=b"%PDF", Metadata={"folio": "F-1"})
    finally:
        await kill_nine(running)

    async with s3_server(tmp_path) as endpoint:
        answer = s3_client(endpoint).get_object(Bucket="activa", Key="letters/C1/a.pdf")
        assert answer["Body"].read() == b"%PDF"
        assert answer["Metadata"] == {"folio": "F-1"}


async def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    async with s3_server(tmp_path) as endpoint:
        with pytest.raises(ClientError, match="InvalidAccessKeyId"):
            s3_client(endpoint, "somebody").list_buckets()


async def test_of_a_write_that_was_cut_off_by_kill_nine_the_version_before_stands(tmp_path: Path) -> None:
    async with s3_server(tmp_path) as endpoint:
        s3 = s3_client(endpoint)
        s3.create_bucket(Bucket="activa")
        s3.put_bucket_versioning(Bucket="activa", VersioningConfiguration={"Status": "Enabled"})
        for body in (b"claimed", b"claimed again"):
            s3.put_object(Bucket="activa", Key="notices/C1/a.json", Body=body)
        known, before, then = known_of("a.json", tmp_path)
        s3.put_object(Bucket="activa", Key="notices/C1/a.json", Body=b"sent")
    known.write_bytes(before)  # as if it had been killed before it wrote how long the newest is
    os.utime(known, ns=(then, then))

    async with s3_server(tmp_path) as endpoint:
        answer = s3_client(endpoint).get_object(Bucket="activa", Key="notices/C1/a.json")
        assert answer["Body"].read() == b"claimed again"
        s3_client(endpoint).put_object(Bucket="activa", Key="notices/C1/a.json", Body=b"sent")
    async with s3_server(tmp_path) as endpoint:
        answer = s3_client(endpoint).get_object(Bucket="activa", Key="notices/C1/a.json")
        assert answer["Body"].read() == b"sent"


async def test_a_started_workflow_outlives_kill_nine(tmp_path: Path) -> None:
    port = free_port()
    running = await RunningProgram.start(temporal_program(tmp_path, port))
    try:
        await running.until_ready()
        client = await connect(address=f"{LOOPBACK}:{port}")
        await client.start_workflow("Anything", id="activation-C1", task_queue="nobody")
    finally:
        await kill_nine(running)

    async with temporal_server(tmp_path) as address:
        description = await (await connect(address=address)).get_workflow_handle("activation-C1").describe()
        assert description.workflow_type == "Anything"


async def test_the_servers_are_gone_when_their_block_ends(tmp_path: Path) -> None:
    async with s3_server(tmp_path / "s3") as endpoint, temporal_server(tmp_path / "temporal") as address:
        ports = [port_of(endpoint), port_of(address)]
        assert [is_free(port) for port in ports] == [False, False]
    assert [is_free(port) for port in ports] == [True, True]


async def test_a_port_that_is_taken_is_named_rather_than_shared(tmp_path: Path) -> None:
    async with s3_server(tmp_path / "one") as endpoint:
        port = port_of(endpoint)
        with pytest.raises(ProgramFailedError, match=f"s3 can't start: port {port} is already in use"):
            async with s3_server(tmp_path / "two", port=port):
                pass


def test_nothing_that_leads_to_a_real_account_is_inherited() -> None:
    shell = {"PATH": "/bin", "AWS_PROFILE": "production", "TEMPORAL_API_KEY": "secret", "HTTPS_PROXY": "http://p:1"}
    inherited = inherited_environment(shell)
    assert {name for name in inherited if name.startswith(("AWS_", "TEMPORAL_"))} == set()
    assert inherited["PATH"] == "/bin"
    assert LOOPBACK in inherited["NO_PROXY"]


async def test_the_web_page_answers_where_it_was_asked_for(tmp_path: Path) -> None:
    program = temporal_program(tmp_path, free_port(), ui_port=(page := free_port()))
    running = await RunningProgram.start(program)
    try:
        await running.until_ready()
        assert not is_free(page)
    finally:
        await running.stop()
