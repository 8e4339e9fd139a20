"""The codec server: what Temporal's page and command line get from it, and who does not."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from pydantic import ValidationError
from temporalio.api.common.v1 import Payload

import health
from adapters.encryption.codec import CompanyCodec
from adapters.encryption.data_keys import DataKeys
from adapters.encryption.ring import Ring, RingKeys, write_ring
from adapters.s3 import S3Objects
from deploy.codec_app import LARGEST_BODY_BYTES, build
from deploy.codec_server import CodecSettings, opener
from domain.bucket import wrapped_key
from sealing import CodecServer, Encryption
from servers import S3, Smtp
from settings import SettingsError
from stack.probes import free_port
from tests.support import builders, s3_servers
from tests.support.codec_server import AUDIENCE, ISSUER, Staff
from tests.support.encryption import file_key, ring_file

ORIGIN = "https://temporal.example.co"
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"reference": "FV-77"}')


@dataclass
class Server:
    """A server, what it stands on, and its staff."""

    client: httpx.AsyncClient
    settings: CodecSettings
    objects: S3Objects
    ring: Path
    staff: Staff
    said: list[dict[str, Any]]

    def codec(self, company_id: str) -> CompanyCodec:
        return CompanyCodec(DataKeys(self.objects, Ring(self.ring)), company_id=company_id)

    async def post(self, path: str, *payloads: Payload, token: str | None = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token or self.staff.token()}", "Origin": ORIGIN, **headers}
        return await self.client.post(path, json={"payloads": [written(each) for each in payloads]}, headers=sent)


def written(payload: Payload) -> dict[str, Any]:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


def read(answer: httpx.Response) -> list[Payload]:
    assert answer.status_code == 200, answer.text
    return [
        Payload(
            metadata={name: base64.b64decode(value) for name, value in each.get("metadata", {}).items()},
            data=base64.b64decode(each.get("data", "")),
        )
        for each in answer.json()["payloads"]
    ]


@pytest.fixture
def settings(moto_url: str, tmp_path: Path) -> CodecSettings:
    _, bucket = s3_servers.new_bucket(moto_url)
    return CodecSettings(
        _env_file=None,
        lender=builders.lender(),
        s3=S3(bucket=bucket, endpoint_url=moto_url, access_key_id="test", secret_access_key="test"),
        smtp=Smtp(host="127.0.0.1", sender="avisos@example.com", reply_to="soporte@example.com"),
        support_mail="soporte@example.com",
        portal_url="http://127.0.0.1:8000",
        encryption=Encryption(ring=ring_file(tmp_path / "ring.json")),
        codec=CodecServer(origin=ORIGIN, issuer=ISSUER, jwks=str(tmp_path / "jwks.json")),
    )


@pytest.fixture
async def server(settings: CodecSettings, tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(settings, Staff(tmp_path)) as made:
        yield made


class serving:  # noqa: N801  # reads as what it does
    """Serve in this process."""

    def __init__(self, settings: CodecSettings, staff: Staff) -> None:
        self.settings, self.staff = settings, staff

    async def __aenter__(self) -> Server:
        made = opener(self.settings)
        said: list[dict[str, Any]] = []
        made.trail._say = lambda line: said.append(json.loads(line))
        transport = httpx.ASGITransport(build(made, ORIGIN))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://codec.example.co")
        objects = S3Objects(s3_servers.client(str(self.settings.s3.endpoint_url)), self.settings.s3.bucket)
        ring = self.settings.encryption.ring
        assert ring is not None
        return Server(self.client, self.settings, objects, ring, self.staff, said)

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()


async def test_staff_read_what_is_encrypted_and_it_is_on_record(server: Server) -> None:
    mine, other = await server.codec("C1001").encode([PLAIN, PLAIN]), await server.codec("C1002").encode([PLAIN])
    shared = await server.codec("").encode([PLAIN])

    answer = await server.post("/decode", *mine, *other, *shared, PLAIN, **{"X-Namespace": "default"})

    assert read(answer) == [PLAIN] * 5
    assert answer.headers["cache-control"] == "no-store"
    lines = [(each["event"], each["door"], each["role"], each.get("company_id"), each["about"]) for each in server.said]
    assert lines == [
        ("sensitive_read", "codec", "soporte", None, "1 payloads under the shared key"),
        ("sensitive_read", "codec", "soporte", "C1001", "2 payloads"),
        ("sensitive_read", "codec", "soporte", "C1002", "1 payloads"),
    ]
    assert "ana" not in json.dumps(server.said)


async def test_what_can_not_be_opened_comes_back_as_it_is(server: Server) -> None:
    unknown = Payload(metadata={"encoding": b"binary/encrypted", "encryption-key-id": b"x"}, data=b"y")

    assert read(await server.post("/decode", unknown, Payload())) == [unknown, Payload()]
    assert read(await server.post("/decode")) == []
    assert server.said == []


async def test_a_message_is_encrypted_under_the_shared_key_or_a_companys(server: Server) -> None:
    [shared] = read(await server.post("/encode", PLAIN))
    [mine] = read(await server.post("/companies/C1001/encode", PLAIN))

    assert (shared.metadata["encryption-company"], mine.metadata["encryption-company"]) == (b"", b"C1001")
    assert b"FV-77" not in shared.data + mine.data
    assert await server.codec("C1001").decode([shared, mine]) == [PLAIN, PLAIN]


async def test_beneath_a_company_no_other_one_is_opened(server: Server) -> None:
    mine, other = await server.codec("C1001").encode([PLAIN]), await server.codec("C1002").encode([PLAIN])

    assert read(await server.post("/companies/C1001/decode", *mine, *other)) == [PLAIN, *other]
    assert (await server.post("/companies/.x/encode", PLAIN)).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aud": "activa"}, id="for the portal"),
        pytest.param({"iss": "contable"}, id="of another issuer"),
        pytest.param({"role": "representante", "company_id": "C1001"}, id="a representative's"),
        pytest.param({"role": None}, id="without a role"),
        pytest.param({"sub": ""}, id="nobody's"),
        pytest.param({"iat": 1_700_000_000, "exp": 1_700_003_600}, id="over"),
        pytest.param({"exp": 9_999_999_999}, id="without an end"),
        pytest.param({"key": ECKey.generate_key("P-256", parameters={"kid": "k1"})}, id="forged"),
    ],
)
async def test_a_token_that_is_not_of_the_staff_opens_nothing(server: Server, changes: dict[str, Any]) -> None:
    sealed = await server.codec("C1001").encode([PLAIN])

    for path in ("/decode", "/encode", "/companies/C1001/decode"):
        answer = await server.post(path, *sealed, token=server.staff.token(**changes))
        assert (answer.status_code, "FV-77" in answer.text) == (401, False)
    assert {each["event"] for each in server.said} == {"authn_login_fail"}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic YW5hOng=", "Bearer x"])
async def test_without_a_token_nothing_is_opened(server: Server, authorization: str) -> None:
    answer = await server.post("/decode", PLAIN, Authorization=authorization)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_nothing_of_a_body_is_read_before_it_is_known_who_sends_it(server: Server) -> None:
    read_of_it = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read_of_it
        read_of_it += 1
        yield b"{}"

    answer = await server.client.post("/decode", content=body())

    assert (answer.status_code, read_of_it) == (401, 0)


async def test_a_browser_may_ask_from_temporals_page_alone(server: Server) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-namespace"}

    page = await server.client.options("/decode", headers={"Origin": ORIGIN, **asked})
    other = await server.client.options("/decode", headers={"Origin": "https://evil.example.co", **asked})
    answer = await server.post("/decode", PLAIN, Origin="https://evil.example.co")

    assert (page.status_code, page.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert {"authorization", "content-type", "x-namespace"} <= set(
        page.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    )
    assert (other.status_code, "access-control-allow-origin" in other.headers) == (400, False)
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-credentials" not in page.headers


async def test_a_body_that_is_too_large_or_no_payloads_is_refused(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.staff.token()}"}

    large = await server.client.post("/decode", content=b"x" * (LARGEST_BODY_BYTES + 1), headers=headers)
    wrong = [
        await server.client.post("/decode", content=each, headers=headers)
        for each in (b"", b"x", b"\xff\xfe", b'{"payloads": 1}', b'{"payloads": [{"data": 1}]}')
    ]

    assert large.status_code == 413
    assert [each.status_code for each in wrong] == [400] * len(wrong)
    assert (await server.client.get("/decode")).status_code == 405
    assert (await server.client.get("/health")).text == "ok"


async def test_a_key_retired_too_early_is_named(server: Server) -> None:
    sealed = await server.codec("C1001").encode([PLAIN])
    write_ring(server.ring, RingKeys(keys=(file_key("2027-01"),)))

    answer = await server.post("/decode", *sealed)

    assert (answer.status_code, "key of C1001 is wrapped by k1" in answer.text) == (409, True)


async def test_a_store_or_keys_that_are_away_are_said_to_be(settings: CodecSettings, tmp_path: Path) -> None:
    staff = Staff(tmp_path)
    away = settings.s3.model_copy(update={"endpoint_url": f"http://127.0.0.1:{free_port()}"})
    sealed = Payload(metadata={"encoding": b"binary/encrypted", "encryption-company": b"C1001"}, data=b"x")

    async with serving(settings.model_copy(update={"s3": away}), staff) as server:
        answer = await server.post("/decode", sealed)
    staff.jwks.unlink()
    async with serving(settings, staff) as server:
        unknown = await server.post("/decode", sealed)

    assert (answer.status_code, answer.text) == (503, "S3 GetObject: EndpointConnectionError\n")
    assert (unknown.status_code, "keys can't be read" in unknown.text) == (503, True)


async def test_decoding_makes_no_key(server: Server) -> None:
    made_up = Payload(metadata={"encoding": b"binary/encrypted", "encryption-company": b"C9999"}, data=b"x")

    await server.post("/decode", made_up)

    assert server.objects.get(wrapped_key("C9999")) is None


def test_without_a_ring_it_does_not_start(settings: CodecSettings) -> None:
    with pytest.raises(SettingsError, match="ACTIVA_ENCRYPTION__RING must name"):
        opener(settings.model_copy(update={"encryption": Encryption()}))


@pytest.mark.parametrize("origin", ["https://temporal.example.co/namespaces", "*", "temporal.example.co"])
def test_an_origin_is_one_place_without_a_path(origin: str) -> None:
    with pytest.raises(ValidationError, match="origin"):
        CodecServer(origin=origin, issuer=ISSUER, jwks="https://staff.example.co/jwks.json", audience=AUDIENCE)


@pytest.mark.parametrize(("bucket", "status"), [(None, 200), ("no-such-bucket", 503)])
async def test_it_is_ready_where_the_bucket_answers(
    settings: CodecSettings, tmp_path: Path, bucket: str | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bucket is None:
        monkeypatch.setattr(health, "LONGEST_SECONDS", 60)
    else:
        settings = settings.model_copy(update={"s3": settings.s3.model_copy(update={"bucket": bucket})})
    async with serving(settings, Staff(tmp_path)) as server:
        answers = [await server.client.get(path) for path in ("/health", "/vivo", "/listo")]
    assert [each.status_code for each in answers] == [200, 200, status]
