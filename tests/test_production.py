"""What is refused before anything starts, outside loopback: everything that is wrong, at once."""

import json
import os
import subprocess
import sys
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


def check(command: list[str], **changes: str | None) -> subprocess.CompletedProcess[str]:
    values = {"PATH": os.environ["PATH"], **SAFE, **changes}
    environment = {name: value for name, value in values.items() if value is not None}
    run = [sys.executable, *command, "--check"]
    return subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


SERVERS = [["worker.py"], ["-m", "portal.app"], ["-m", "deploy.codec_server"]]


@pytest.mark.parametrize("command", SERVERS, ids=["worker", "portal", "codec"])
def test_safe_settings_are_fit_and_nothing_is_started(command: list[str]) -> None:
    done = check(command)

    assert (done.returncode, done.stdout, done.stderr) == (0, "the settings are fit to run under\n", "")


def test_everything_that_is_not_safe_is_named_at_once() -> None:
    done = check(["-m", "portal.app"], **UNSAFE)

    assert done.returncode == 2
    assert [name for name in UNSAFE if name not in done.stderr] == []
    assert str(UNSAFE["ACTIVA_PORTAL__SESSION_SECRET"]) not in done.stderr


@pytest.mark.parametrize("name", UNSAFE)
def test_each_of_them_is_enough(name: str) -> None:
    done = check(["worker.py"], **{name: UNSAFE[name]})

    assert done.returncode == 2
    assert [line for line in done.stderr.splitlines()[1:] if name not in line] == []


@pytest.mark.parametrize("place", ["127.0.0.1/activa", "database.example.co/activa?sslmode=verify-full"])
def test_a_database_on_this_machine_or_reached_by_tls_is_fit(place: str) -> None:
    assert check(["-m", "portal.app"], ACTIVA_DIRECTORY__URL=f"postgresql://activa:secret@{place}").returncode == 0


def test_a_directory_in_another_kind_of_database_is_refused_and_its_password_kept_to_itself() -> None:
    done = check(["-m", "portal.app"], ACTIVA_DIRECTORY__URL="mysql://activa:a-password@database.example.co/activa")

    assert (done.returncode, "a-password" in done.stderr) == (2, False)
    assert "ACTIVA_DIRECTORY__URL: Value error, must begin with postgresql://" in done.stderr


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
def test_a_session_secret_that_was_not_drawn_is_refused(secret: str) -> None:
    done = check(["worker.py"], ACTIVA_PORTAL__SESSION_SECRET=secret)

    assert done.returncode == 2
    assert "ACTIVA_PORTAL__SESSION_SECRET: must be random" in done.stderr
    assert secret not in done.stderr


@pytest.mark.parametrize("secret", ["abcabcabcabcabcabcabcabcabcabcabc", "please-change-this-password-123456"])
def test_none_of_several_session_secrets_may_be_weak(secret: str) -> None:
    done = check(
        ["worker.py"], ACTIVA_PORTAL__SESSION_SECRET=json.dumps([SAFE["ACTIVA_PORTAL__SESSION_SECRET"], secret])
    )

    assert done.returncode == 2
    assert "ACTIVA_PORTAL__SESSION_SECRET: must be random" in done.stderr


def test_the_keys_of_staff_are_not_those_of_everybody() -> None:
    done = check(["worker.py"], ACTIVA_PORTAL__STAFF_JWKS=SAFE["ACTIVA_PORTAL__JWKS"])

    assert (done.returncode, "ACTIVA_PORTAL__STAFF_JWKS: must be set, and differ" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "local",
    [
        {"ACTIVA_PORTAL_URL": "http://127.0.0.1:8000"},
        {"ACTIVA_PORTAL__ADDRESS": "127.0.0.1:8000"},
        {"ACTIVA_SMTP__HOST": "10.0.0.9"},
    ],
    ids=["the links", "the portal's own address", "a mail server of the inner network"],
)
def test_what_is_on_loopback_in_part_is_served_to_others_all_the_same(local: dict[str, str]) -> None:
    done = check(["worker.py"], **local, ACTIVA_SMTP__STARTTLS="false")

    assert (done.returncode, "ACTIVA_SMTP__STARTTLS" in done.stderr) == (2, True)


@pytest.mark.parametrize("proxies", ["*", "10.0.0.7, *", "0.0.0.0/0", "10.0.0.7,::/0"])
def test_no_deployment_takes_everybody_for_its_proxy(proxies: str) -> None:
    done = check(["-m", "portal.app"], FORWARDED_ALLOW_IPS=proxies)

    assert done.returncode == 2
    assert "FORWARDED_ALLOW_IPS: must not be everybody" in done.stderr


def test_a_deployment_names_its_proxies_by_address_or_network() -> None:
    assert check(["-m", "portal.app"], FORWARDED_ALLOW_IPS="10.0.0.7, 10.1.0.0/16, fd00::/8").returncode == 0


def test_on_loopback_anything_goes() -> None:
    local = {
        **UNSAFE,
        "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
        "ACTIVA_PORTAL__ADDRESS": "127.0.0.1:8000",
        "TEMPORAL_ADDRESS": "127.0.0.1:7233",
    }

    assert check(["worker.py"], **local).returncode == 0


def test_a_codec_server_that_others_reach_is_not_on_loopback() -> None:
    local = {
        **UNSAFE,
        "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
        "ACTIVA_PORTAL__ADDRESS": "127.0.0.1:8000",
        "TEMPORAL_ADDRESS": "127.0.0.1:7233",
        "ACTIVA_CODEC__ADDRESS": "0.0.0.0:8081",
    }

    assert "ACTIVA_CODEC__ORIGIN: must begin with https://" in check(["-m", "deploy.codec_server"], **local).stderr


@pytest.mark.parametrize("audience", ["activa", "activa-soporte", "activa-api"])
def test_a_token_of_the_portal_does_not_open_payloads(audience: str) -> None:
    done = check(["worker.py"], ACTIVA_CODEC__AUDIENCE=audience)

    assert done.returncode == 2
    assert "ACTIVA_CODEC__AUDIENCE must differ" in done.stderr
