"""What is refused before anything starts, outside loopback: everything that is wrong, at once."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAFE = {
    "ACTIVA_ENV_FILE": "/dev/null",
    "ACTIVA_LENDER__NAME": "Contable Ejemplo S.A.S.",
    "ACTIVA_LENDER__NIT": "860034313-7",
    "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@contable.example.co",
    "ACTIVA_LENDER__POLICY_URL": "https://contable.example.co/datos",
    "ACTIVA_SUPPORT_MAIL": "soporte@contable.example.co",
    "ACTIVA_S3__BUCKET": "activa",
    "ACTIVA_SMTP__HOST": "smtp.example.co",
    "ACTIVA_SMTP__SENDER": "avisos@contable.example.co",
    "ACTIVA_SMTP__REPLY_TO": "soporte@contable.example.co",
    "ACTIVA_PORTAL_URL": "https://activa.example.co",
    "ACTIVA_PORTAL__ADDRESS": "0.0.0.0:8000",
    "ACTIVA_PORTAL__SESSION_SECRET": "kW3v9Qz1hXr7Tn5mYb8cLp2dGf6sJa4u",
    "ACTIVA_PORTAL__ISSUER": "contable",
    "ACTIVA_PORTAL__JWKS": "https://contable.example.co/jwks.json",
    "ACTIVA_PORTAL__STAFF_ISSUER": "contable-personal",
    "ACTIVA_PORTAL__STAFF_AUDIENCE": "activa-soporte",
    "ACTIVA_PORTAL__STAFF_JWKS": "https://personal.example.co/jwks.json",
    "ACTIVA_PORTAL__LOGIN_URL": "https://contable.example.co/entrar",
    "ACTIVA_PORTAL__CHECKOUT_URL": "https://pagos.example.co/orden",
    "ACTIVA_CODEC__ORIGIN": "https://temporal.example.co",
    "ACTIVA_CODEC__ISSUER": "contable-personal",
    "ACTIVA_CODEC__JWKS": "https://personal.example.co/jwks.json",
    "TEMPORAL_ADDRESS": "temporal.example.co:7233",
    "TEMPORAL_API_KEY": "placeholder",
    "FORWARDED_ALLOW_IPS": "10.0.0.7",
}
UNSAFE: dict[str, str | None] = {
    "ACTIVA_PORTAL_URL": "http://activa.example.co",
    "ACTIVA_SMTP__STARTTLS": "false",
    "ACTIVA_S3__ENDPOINT_URL": "http://s3.example.co:9000",
    "ACTIVA_TRACES__ENDPOINT": "http://collector.example.co:4318/v1/traces",
    "TEMPORAL_API_KEY": None,
    "ACTIVA_DIRECTORY__URL": "postgresql://activa:secret@database.example.co/activa?sslmode=prefer",
    "ACTIVA_WORKER__CONFINEMENT": "without_seccomp",
    "ACTIVA_PORTAL__SESSION_SECRET": "not-a-secret-for-127.0.0.1-only-0000",
    "ACTIVA_PORTAL__JWKS": "http://contable.example.co/jwks.json",
    "ACTIVA_PORTAL__LOGIN_URL": "http://contable.example.co/entrar",
    "ACTIVA_PORTAL__CHECKOUT_URL": "http://pagos.example.co/orden",
    "ACTIVA_PORTAL__DEVELOPMENT_KEY": "/keys/private.json",
    "FORWARDED_ALLOW_IPS": None,
    "ACTIVA_PORTAL__SERVING__COUNTED_IN": "redis://:secret@cache.example.co:6379",
    "ACTIVA_PORTAL__STAFF_ISSUER": "contable",
    "ACTIVA_PORTAL__STAFF_AUDIENCE": None,
    "ACTIVA_PORTAL__STAFF_JWKS": "http://contable.example.co/jwks.json",
    "ACTIVA_CODEC__ORIGIN": "http://temporal.example.co",
    "ACTIVA_CODEC__JWKS": "http://personal.example.co/jwks.json",
}


SERVERS = [["worker.py"], ["-m", "portal.app"], ["-m", "deploy.codec_server"]]
servers = pytest.mark.parametrize("command", SERVERS, ids=["worker", "portal", "codec"])


def environment_of(changes: dict[str, str | None]) -> dict[str, str]:
    values = {"PATH": os.environ["PATH"], **SAFE, **changes}
    return {name: value for name, value in values.items() if value is not None}


def check(command: list[str], **changes: str | None) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, *command, "--check"]
    return subprocess.run(run, cwd=ROOT, env=environment_of(changes), capture_output=True, text=True, check=False)


ASKED = """
import json, os, sys
from adapters.temporal import plain_server
from deploy.codec_server import CodecSettings
from domain.errors import ActivaError
from production import require_safe
from settings import Settings, loaded
for line in sys.stdin:
    codec, environment = json.loads(line)
    os.environ.clear()
    os.environ.update(environment)
    try:
        require_safe(loaded(CodecSettings if codec else Settings), os.environ, plain_server())
        said = ""
    except ActivaError as error:
        said = str(error)
    print(json.dumps(said), flush=True)
"""
"""What `--check` asks of the settings, for many environments: a process of its own for each takes a second."""


Refusal = Callable[..., str]
"""Says what a server does of settings that it refuses; nothing of those that are fit."""


@pytest.fixture(scope="module")
def refusal() -> Iterator[Refusal]:
    command, pipe = [sys.executable, "-c", ASKED], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment_of({}), stdin=pipe, stdout=pipe, text=True) as asked:

        def said(*, codec: bool = False, **changes: str | None) -> str:
            assert asked.stdin is not None
            assert asked.stdout is not None
            asked.stdin.write(json.dumps([codec, environment_of(changes)]) + "\n")
            asked.stdin.flush()
            return str(json.loads(asked.stdout.readline()))

        yield said


@servers
def test_safe_settings_are_fit_and_nothing_is_started(command: list[str]) -> None:
    done = check(command)

    assert (done.returncode, done.stdout, done.stderr) == (0, "the settings are fit to run under\n", "")


@servers
def test_everything_that_is_not_safe_is_named_at_once(command: list[str]) -> None:
    done = check(command, **UNSAFE)

    assert done.returncode == 2
    assert [name for name in UNSAFE if name not in done.stderr] == []
    assert str(UNSAFE["ACTIVA_PORTAL__SESSION_SECRET"]) not in done.stderr


@pytest.mark.parametrize("name", UNSAFE)
def test_each_of_them_is_enough(name: str, refusal: Refusal) -> None:
    _, *lines = refusal(**{name: UNSAFE[name]}).splitlines()

    assert lines
    assert [line for line in lines if name not in line] == []


@pytest.mark.parametrize("place", ["127.0.0.1/activa", "database.example.co/activa?sslmode=verify-full"])
def test_a_database_on_this_machine_or_reached_by_tls_is_fit(place: str, refusal: Refusal) -> None:
    assert refusal(ACTIVA_DIRECTORY__URL=f"postgresql://activa:secret@{place}") == ""


def test_a_directory_in_another_kind_of_database_is_refused_and_its_password_kept_to_itself(refusal: Refusal) -> None:
    said = refusal(ACTIVA_DIRECTORY__URL="mysql://activa:a-password@database.example.co/activa")

    assert "a-password" not in said
    assert "ACTIVA_DIRECTORY__URL: Value error, must begin with postgresql://" in said


@pytest.mark.parametrize(
    "secret",
    [
        "0" * 40,
        "abcabcabcabcabcabcabcabcabcabcabc",
        "abcdefghijkabcdefghijkabcdefghijk",
        "please-change-this-password-123456",
        "Please-Change-This-PASSWORD-123456",
    ],
)
def test_a_session_secret_that_was_not_drawn_is_refused(secret: str, refusal: Refusal) -> None:
    said = refusal(ACTIVA_PORTAL__SESSION_SECRET=secret)

    assert "ACTIVA_PORTAL__SESSION_SECRET: must be random" in said
    assert secret not in said


@pytest.mark.parametrize("secret", ["abcabcabcabcabcabcabcabcabcabcabc", "please-change-this-password-123456"])
def test_none_of_several_session_secrets_may_be_weak(secret: str, refusal: Refusal) -> None:
    said = refusal(ACTIVA_PORTAL__SESSION_SECRET=json.dumps([SAFE["ACTIVA_PORTAL__SESSION_SECRET"], secret]))

    assert "ACTIVA_PORTAL__SESSION_SECRET: must be random" in said


def test_the_keys_of_staff_are_not_those_of_everybody(refusal: Refusal) -> None:
    said = refusal(ACTIVA_PORTAL__STAFF_JWKS=SAFE["ACTIVA_PORTAL__JWKS"])

    assert "ACTIVA_PORTAL__STAFF_JWKS: must be set, and differ" in said


@pytest.mark.parametrize(
    "local",
    [
        {"ACTIVA_PORTAL_URL": "http://127.0.0.1:8000"},
        {"ACTIVA_PORTAL__ADDRESS": "127.0.0.1:8000"},
        {"ACTIVA_SMTP__HOST": "10.0.0.9"},
    ],
    ids=["the links", "the portal's own address", "a mail server of the inner network"],
)
def test_what_is_on_loopback_in_part_is_served_to_others_all_the_same(local: dict[str, str], refusal: Refusal) -> None:
    assert "ACTIVA_SMTP__STARTTLS" in refusal(**local, ACTIVA_SMTP__STARTTLS="false")


@pytest.mark.parametrize("proxies", ["*", "10.0.0.7, *", "0.0.0.0/0", "10.0.0.7,::/0"])
def test_no_deployment_takes_everybody_for_its_proxy(proxies: str, refusal: Refusal) -> None:
    assert "FORWARDED_ALLOW_IPS: must not be everybody" in refusal(FORWARDED_ALLOW_IPS=proxies)


def test_a_deployment_names_its_proxies_by_address_or_network(refusal: Refusal) -> None:
    assert refusal(FORWARDED_ALLOW_IPS="10.0.0.7, 10.1.0.0/16, fd00::/8") == ""


LOCAL = {
    **UNSAFE,
    "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
    "ACTIVA_PORTAL__ADDRESS": "127.0.0.1:8000",
    "TEMPORAL_ADDRESS": "127.0.0.1:7233",
}


def test_on_loopback_anything_goes() -> None:
    assert check(["worker.py"], **LOCAL).returncode == 0


def test_a_codec_server_that_others_reach_is_not_on_loopback(refusal: Refusal) -> None:
    said = refusal(codec=True, **LOCAL, ACTIVA_CODEC__ADDRESS="0.0.0.0:8081")

    assert "ACTIVA_CODEC__ORIGIN: must begin with https://" in said


@pytest.mark.parametrize("audience", ["activa", "activa-soporte", "activa-api"])
def test_a_token_of_the_portal_does_not_open_payloads(audience: str, refusal: Refusal) -> None:
    assert "ACTIVA_CODEC__AUDIENCE must differ" in refusal(ACTIVA_CODEC__AUDIENCE=audience)
