"""`python -m deploy.bootstrap` against real servers."""

import asyncio
import json
import os
import sys
import threading
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from adapters import s3
from adapters.temporal import connect, missing_search_attributes
from deploy.bootstrap import ensure_bucket, ensure_namespace, ensure_search_attributes
from deploy.bucket import BucketRefusedError
from domain.contract import SEARCH_ATTRIBUTES
from domain.errors import StoreUnavailableError, TemporalSettingsError
from stack.probes import free_port
from stack.process import ROOT
from stack.servers import S3_ACCESS_KEY_ID, inherited_environment, s3_server, temporal_server
from tests.support import s3_servers

NAMESPACE = "certificates"


@dataclass(frozen=True)
class Cloud:
    endpoint: str
    address: str
    environment: dict[str, str]


@pytest.fixture(scope="module")
async def cloud(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cloud]:
    folder = tmp_path_factory.mktemp("cloud")
    async with s3_server(folder / "s3") as endpoint, temporal_server(folder / "temporal") as address:
        kept = {name: value for name, value in inherited_environment().items() if not name.startswith("ACTIVA_")}
        kept["ACTIVA_ENV_FILE"] = os.devnull
        yield Cloud(
            endpoint,
            address,
            {
                **kept,
                "TEMPORAL_ADDRESS": address,
                "TEMPORAL_NAMESPACE": NAMESPACE,
                "TEMPORAL_CONFIG_FILE": str(folder / "temporal.toml"),
                "ACTIVA_LENDER__NAME": "Prestadora S.A.S.",
                "ACTIVA_LENDER__NIT": "900373115-3",
                "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@example.com",
                "ACTIVA_LENDER__POLICY_URL": "https://example.com/datos",
                "ACTIVA_S3__BUCKET": "activa",
                "ACTIVA_S3__ENDPOINT_URL": endpoint,
                "ACTIVA_S3__ACCESS_KEY_ID": S3_ACCESS_KEY_ID,
                "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
                "ACTIVA_SMTP__HOST": "127.0.0.1",
                "ACTIVA_SMTP__SENDER": "activa@example.com",
                "ACTIVA_SMTP__REPLY_TO": "soporte@example.com",
                "ACTIVA_SUPPORT_MAIL": "soporte@example.com",
                "ACTIVA_PORTAL_URL": "https://activa.example.com",
            },
        )


def client_of(endpoint: str, key_id: str = S3_ACCESS_KEY_ID, region: str = "us-east-1") -> Any:
    return s3.connect(
        endpoint_url=endpoint, region=region, access_key_id=key_id, secret_access_key="any", connections=1
    )


async def bootstrap(environment: dict[str, str], *arguments: str) -> tuple[int, Any, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.bootstrap", *arguments, env=environment, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return await process.wait(), json.loads(out) if out else None, err.decode()


async def test_an_empty_environment_is_created_whole_and_a_second_run_changes_nothing(cloud: Cloud) -> None:
    status, done, messages = await bootstrap(cloud.environment, "--retention-days", "30")
    assert (status, messages) == (0, "")
    assert done == {
        "s3": {
            "activa": {
                "bucket": "created",
                "versioning": "enabled",
                "public_access_block": "enabled",
                "encryption": "already AES256",
                "conditional_writes": "honoured",
                "object_lock": "enabled",
                "lifecycle": "enabled",
            }
        },
        "namespace": {NAMESPACE: "created, keeps closed cases 30 days"},
        "search_attributes": dict.fromkeys(SEARCH_ATTRIBUTES, "created"),
    }

    status, done, _ = await bootstrap(cloud.environment)
    assert status == 0
    kept = {"bucket": "already there", "object_lock": "already enabled", "lifecycle": "already enabled"}
    assert kept.items() <= done["s3"]["activa"].items()
    assert done["namespace"] == {NAMESPACE: "already there, keeps closed cases 30 days"}
    assert done["search_attributes"] == dict.fromkeys(SEARCH_ATTRIBUTES, "already there")


async def test_a_bucket_is_made_fit_for_locks_where_the_trail_is_to_be_locked(moto_url: str) -> None:
    client, bucket = s3_servers.client(moto_url), f"locks-{uuid.uuid4().hex}"
    assert "object_lock" not in ensure_bucket(client, bucket)

    done = [ensure_bucket(client, bucket, locks=True)["object_lock"] for _ in range(2)]

    assert done == ["enabled", "already enabled"]


async def test_every_wrong_setting_is_named_at_once_and_nothing_is_tried(cloud: Cloud) -> None:
    wrong = {**cloud.environment, "ACTIVA_LENDER__NIT": "900373115-4", "ACTIVA_S3__BUCKET": "x"}
    del wrong["ACTIVA_SUPPORT_MAIL"]
    status, done, messages = await bootstrap(wrong)
    assert (status, done) == (2, None)
    for variable in ("ACTIVA_LENDER__NIT", "ACTIVA_S3__BUCKET", "ACTIVA_SUPPORT_MAIL"):
        assert variable in messages


async def test_servers_that_do_not_answer_are_both_named(cloud: Cloud) -> None:
    lost = {
        **cloud.environment,
        "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}",
        "ACTIVA_S3__ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
    }
    status, done, messages = await bootstrap(lost)
    assert (status, done) == (4, {})
    assert lost["TEMPORAL_ADDRESS"] in messages
    assert lost["ACTIVA_S3__ENDPOINT_URL"] in messages


async def test_what_can_be_done_is_done_beside_a_server_that_is_away(cloud: Cloud) -> None:
    lost = {**cloud.environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}", "ACTIVA_S3__BUCKET": "another"}
    status, done, _ = await bootstrap(lost)
    assert status == 4
    assert done["s3"]["another"]["bucket"] == "created"


async def test_a_key_that_the_store_does_not_know_must_be_corrected(cloud: Cloud) -> None:
    status, done, messages = await bootstrap({**cloud.environment, "ACTIVA_S3__ACCESS_KEY_ID": "somebody"})
    assert status == 2
    assert "s3" not in done
    assert "403" in messages
    assert "somebody" not in messages


def test_the_settings_of_a_bucket_come_back_when_they_were_lost(cloud: Cloud) -> None:
    client = client_of(cloud.endpoint)
    ensure_bucket(client, "forgetful")
    client.put_bucket_versioning(Bucket="forgetful", VersioningConfiguration={"Status": "Suspended"})
    client.delete_public_access_block(Bucket="forgetful")
    client.delete_bucket_encryption(Bucket="forgetful")

    assert ensure_bucket(client, "forgetful")["bucket"] == "already there"
    assert client.get_bucket_versioning(Bucket="forgetful")["Status"] == "Enabled"
    assert all(client.get_public_access_block(Bucket="forgetful")["PublicAccessBlockConfiguration"].values())
    assert client.get_bucket_encryption(Bucket="forgetful")["ServerSideEncryptionConfiguration"]["Rules"]


def test_an_encryption_with_a_key_of_ones_own_is_kept(cloud: Cloud) -> None:
    client = client_of(cloud.endpoint)
    client.create_bucket(Bucket="own-key")
    own = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k1"}}]}
    client.put_bucket_encryption(Bucket="own-key", ServerSideEncryptionConfiguration=own)

    assert ensure_bucket(client, "own-key")["encryption"] == "already aws:kms"
    [rule] = client.get_bucket_encryption(Bucket="own-key")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "k1"


def test_a_bucket_is_created_in_the_region_of_the_settings(cloud: Cloud) -> None:
    client = client_of(cloud.endpoint, region="sa-east-1")
    ensure_bucket(client, "in-brazil")
    assert client.get_bucket_location(Bucket="in-brazil")["LocationConstraint"] == "sa-east-1"


def test_a_name_that_no_bucket_can_have_must_be_corrected(cloud: Cloud) -> None:
    with pytest.raises(BucketRefusedError, match="ACTIVA_S3__BUCKET"):
        ensure_bucket(client_of(cloud.endpoint), "not a bucket/name")


def test_a_store_that_is_away_is_unavailable() -> None:
    with pytest.raises(StoreUnavailableError, match="can't be reached"):
        ensure_bucket(client_of(f"http://127.0.0.1:{free_port()}"), "activa")


def test_a_server_that_knows_nothing_of_settings_is_told_so() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BucketsOnly) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            done = ensure_bucket(client_of(f"http://127.0.0.1:{server.server_port}"), "activa")
        finally:
            server.shutdown()
    unsupported = dict.fromkeys(("versioning", "public_access_block", "encryption"), "not supported by this server")
    assert done == {"bucket": "already there", **unsupported, "conditional_writes": "honoured"}


@pytest.mark.parametrize("ignored", ["If-None-Match", "If-Match"])
def test_a_store_that_ignores_a_condition_must_be_corrected(cloud: Cloud, ignored: str) -> None:
    client = client_of(cloud.endpoint)
    # As if it had never been sent.
    client.meta.events.register("before-sign.s3.PutObject", lambda request, **_: request.headers.__delitem__(ignored))
    with pytest.raises(BucketRefusedError, match=f"the store of bucket careless can't be used.*it ignores {ignored}"):
        ensure_bucket(client, "careless")


def test_the_bucket_is_left_as_empty_as_it_was(cloud: Cloud) -> None:
    client = client_of(cloud.endpoint)
    ensure_bucket(client, "clean")
    assert client.list_object_versions(Bucket="clean").get("Versions", []) == []


def test_a_store_that_knows_no_conditions_must_be_corrected() -> None:
    class NoConditions(BucketsOnly):
        def do_PUT(self) -> None:
            if self.headers.get("If-None-Match"):
                self.do_GET()
            else:
                super().do_PUT()

    with ThreadingHTTPServer(("127.0.0.1", 0), NoConditions) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            with pytest.raises(BucketRefusedError, match="S3 refuses conditional_writes of bucket activa: NotImpl"):
                ensure_bucket(client_of(f"http://127.0.0.1:{server.server_port}"), "activa")
        finally:
            server.shutdown()


class BucketsOnly(BaseHTTPRequestHandler):
    """A simple object store: it has the bucket and its objects, and implements no setting of it."""

    kept: ClassVar[dict[str, str]] = {}

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def do_GET(self) -> None:
        body = b"<Error><Code>NotImplemented</Code><Message>no</Message></Error>"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(501)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        if "?" in self.path:
            self.do_GET()
            return
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there, new = self.kept.get(self.path), f'"{uuid.uuid4().hex}"'
        lost = (self.headers["If-None-Match"] and there) or self.headers.get("If-Match", there) != there
        if not lost:
            self.kept[self.path] = new
        self.send_response(412 if lost else 200)
        self.send_header("ETag", new)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""


async def test_a_search_attribute_of_another_type_is_left_for_a_person(tmp_path: Path) -> None:
    async with temporal_server(tmp_path) as address:
        client = await connect(address=address)
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=["LoanEndsAt"])
        )
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default", search_attributes={"LoanEndsAt": IndexedValueType.INDEXED_VALUE_TYPE_TEXT}
            )
        )
        with pytest.raises(TemporalSettingsError, match="LoanEndsAt is Text, must be Datetime"):
            await ensure_search_attributes(client)


async def test_only_the_missing_search_attribute_is_created(tmp_path: Path) -> None:
    async with temporal_server(tmp_path) as address:
        client = await connect(address=address)
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=["NeedsAttention"])
        )
        done = await ensure_search_attributes(client)
        assert {name for name, what in done.items() if what == "created"} == {"NeedsAttention"}
        assert await missing_search_attributes(client) == {}


async def test_the_retention_of_a_namespace_that_is_there_is_kept(cloud: Cloud) -> None:
    client = await connect(address=cloud.address)
    before = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert "already there" in await ensure_namespace(client)
    after = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert before.config == after.config
