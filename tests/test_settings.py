"""Where events may be sent to, and with which secrets."""

import base64
import json
import os
import traceback

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

import settings
from domain.receiver import Webhooks
from settings import Settings, SettingsError, load
from stack.process import ROOT
from tests.support.receiver import a_secret

URL = "https://billing.example.co/activa/events"


def problem(**values: object) -> str:
    with pytest.raises(ValidationError) as raised:
        Webhooks.model_validate(values)
    return "; ".join(each["msg"] for each in raised.value.errors())


def test_there_are_no_webhooks_by_default() -> None:
    assert (Webhooks().url, Webhooks().secrets) == (None, ())


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:8099/events", "http://localhost:8099/", "http://[::1]:80/x"])
def test_https_and_loopback_are_taken(url: str) -> None:
    assert Webhooks(url=url, secrets=[a_secret(), a_secret()]).url is not None


@pytest.mark.parametrize("url", ["http://billing.example.co/x", "http://10.0.0.7/x", "http://127.0.0.1.example.co/x"])
def test_plain_http_is_refused_outside_loopback(url: str) -> None:
    assert "https:// outside loopback" in problem(url=url, secrets=[a_secret()])


@pytest.mark.parametrize("url", ["https://user:secret@billing.example.co/", "https://billing.example.co/#x"])
def test_an_address_holds_no_password(url: str) -> None:
    assert "no user, password or fragment" in problem(url=url, secrets=[a_secret()])


def test_what_is_no_address_is_named() -> None:
    assert "must be a web address" in problem(url="billing", secrets=[a_secret()])


def test_an_address_without_a_secret_is_refused() -> None:
    assert "no event goes out unsigned" in problem(url=URL)


def test_three_secrets_are_too_many() -> None:
    assert "at most 2" in problem(url=URL, secrets=[a_secret()] * 3)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_not-base64!",
        base64.b64encode(b"x" * 32).decode(),
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
    ],
)
def test_a_weak_secret_is_refused_and_not_shown(secret: str) -> None:
    text = problem(url=URL, secrets=[secret])

    assert "whsec_ and the base64 of 24 to 64 random bytes" in text
    assert len(secret) < 7 or secret not in text


def test_a_secret_is_not_shown() -> None:
    secret = a_secret()

    assert secret not in repr(Webhooks(url=URL, secrets=[secret]))


def loaded(monkeypatch: pytest.MonkeyPatch, secrets: str) -> Settings:
    """Return the settings that an environment gives, the required ones aside."""
    monkeypatch.setattr(settings, "LOCAL_ENV_FILE", None)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    required = {
        "LENDER__NAME": "Contable Ejemplo S.A.S.",
        "LENDER__NIT": "860034313-7",
        "LENDER__DATA_PROTECTION_MAIL": "datos@contable.example.co",
        "LENDER__POLICY_URL": "https://contable.example.co/datos",
        "S3__BUCKET": "activa",
        "SMTP__HOST": "127.0.0.1",
        "SMTP__SENDER": "avisos@contable.example.co",
        "SMTP__REPLY_TO": "ayuda@contable.example.co",
        "SUPPORT_MAIL": "ayuda@contable.example.co",
        "PORTAL_URL": "https://portal.example.co",
        "WEBHOOKS__URL": URL,
        "WEBHOOKS__SECRETS": secrets,
    }
    for name, value in required.items():
        monkeypatch.setenv(f"ACTIVA_{name}", value)
    return load()


def test_two_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = a_secret(), a_secret()

    found = loaded(monkeypatch, json.dumps([new, old])).webhooks

    assert ([each.get_secret_value() for each in found.secrets], found.url) == ([new, old], URL)


@pytest.mark.parametrize("shape", ["{}", '["{}!"]', '"{}"'], ids=["no JSON", "no secret", "no list"])
def test_a_wrong_secret_of_the_environment_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    secret = a_secret()

    with pytest.raises(SettingsError) as raised:
        loaded(monkeypatch, shape.replace("{}", secret))

    assert "ACTIVA_WEBHOOKS" in str(raised.value)
    assert secret not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("named", ["elsewhere/activa.env", "tests"], ids=["nothing", "a folder"])
def test_what_is_named_as_a_file_of_settings_and_is_none_is_told(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("ACTIVA_ENV_FILE", str(ROOT / named))

    with pytest.raises(settings.SettingsError, match=rf"ACTIVA_ENV_FILE names .*{named}, which is no file"):
        load()


class FromTheEnvironment(Settings):
    model_config = SettingsConfigDict(env_file=None)


def test_a_missing_group_is_told_by_the_variables_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ACTIVA_")]:
        monkeypatch.delenv(name)

    with pytest.raises(SettingsError) as raised:
        settings.loaded(FromTheEnvironment)

    lines = str(raised.value).splitlines()
    assert {f"  ACTIVA_LENDER__{name}: Field required" for name in ("NAME", "NIT", "POLICY_URL")} <= set(lines)
    assert "  ACTIVA_SUPPORT_MAIL: Field required" in lines
    assert not any(line.startswith("  ACTIVA_LENDER:") for line in lines)


def test_what_is_wrong_with_a_group_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://product.example.co"
    portal = {
        "SESSION_SECRET": a_secret(),
        "ISSUER": address,
        "JWKS": f"{address}/keys",
        "LOGIN_URL": f"{address}/login",
        "CHECKOUT_URL": f"{address}/buy",
        "AUDIENCE": "activa-api",
    }
    for name, value in portal.items():
        monkeypatch.setenv(f"ACTIVA_PORTAL__{name}", value)

    with pytest.raises(SettingsError) as raised:
        settings.loaded(FromTheEnvironment)

    [told] = [line for line in str(raised.value).splitlines() if "must differ" in line]
    assert told.startswith("  ACTIVA_PORTAL: ")
