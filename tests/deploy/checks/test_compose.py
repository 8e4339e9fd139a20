"""The compose file is in order, a broken copy is named, and the product takes the settings that it gives."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.checks import compose
from deploy.checks.tools import run
from stack.process import ROOT

PRODUCTION = {
    "ACTIVA_IMAGES": "registry.example.com",
    "ACTIVA_HOST": "activa.example.com",
    "ACTIVA_LENDER__NIT": "900373115-3",
    "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@example.com",
    "ACTIVA_LENDER__POLICY_URL": "https://example.com/datos",
    "ACTIVA_SUPPORT_MAIL": "soporte@example.com",
    "ACTIVA_SMTP__SENDER": "activa@example.com",
    "ACTIVA_SMTP__REPLY_TO": "soporte@example.com",
    "ACTIVA_PORTAL__SESSION_SECRET": "q8Zr1vYb7Lm3Nc5Xd9Ks2Fh4Gj6Tp0WaEuIo",
    "ACTIVA_PORTAL__ISSUER": "https://login.example.com",
    "ACTIVA_PORTAL__JWKS": "https://login.example.com/jwks",
    "ACTIVA_PORTAL__LOGIN_URL": "https://example.com/entrar",
    "ACTIVA_PORTAL__CHECKOUT_URL": "https://example.com/pagar",
    "ACTIVA_PORTAL__STAFF_ISSUER": "https://staff.example.com",
    "ACTIVA_PORTAL__STAFF_AUDIENCE": "activa-staff",
    "ACTIVA_PORTAL__STAFF_JWKS": "https://staff.example.com/jwks",
}


def environment_of(tree: Path, service: str) -> dict[str, str]:
    """Return what compose gives to a service, with certificates where this machine has them."""
    values = compose.filled((tree / compose.FILE).read_text(), PRODUCTION)
    done = run(
        *("docker-compose", "--file", compose.FILE, "config", "--format", "json"), folder=tree, environment=values
    )
    given: dict[str, str] = json.loads(done.stdout)["services"][service]["environment"]
    pem = tree / "some.pem"
    pem.touch()
    return {name: str(pem) if name.startswith("TEMPORAL_TLS_") else value for name, value in given.items()}


def test_the_projects_own_is_in_order(tree: Path) -> None:
    assert list(compose.compose(tree)) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("${S3_PASSWORD:?}", "${S3_PASSWORD:-minioadmin}", "S3_PASSWORD has a default", id="a default"),
        pytest.param("postgres:16.10", "postgres:latest", "postgresql: postgres:latest names no", id="any version"),
        pytest.param('"127.0.0.1:9090:9090"', '"9090:9090"', "port 9090 is open to other machines", id="an open port"),
        pytest.param("./compose/schema.sh:", "./compose/tables.sh:", "does not exist", id="a file that is not there"),
        pytest.param("schema: {condition", "scheme: {condition", "scheme", id="waits for nobody"),
        pytest.param("stop_grace_period:", "stop_grace_periods:", "stop_grace_periods", id="a key with a slip"),
        pytest.param("GRAFANA_PASSWORD:?", "GRAFANA_WORD:?", "GRAFANA_WORD is missing", id="not in the example"),
    ],
)
def test_what_would_not_start_or_is_open_is_named(tree: Path, old: str, new: str, named: str) -> None:
    file = tree / compose.FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")

    assert any(named in finding for finding in compose.compose(tree))


def test_a_password_in_the_example_is_named(tree: Path) -> None:
    file = tree / compose.EXAMPLE
    file.write_text(file.read_text().replace("POSTGRES_PASSWORD=", "POSTGRES_PASSWORD=temporal"))

    assert any("POSTGRES_PASSWORD has a value" in finding for finding in compose.compose(tree))


@pytest.mark.parametrize(
    ("service", "command"),
    [
        pytest.param("worker", ("worker.py",), id="worker"),
        pytest.param("portal", ("-m", "portal.app"), id="portal"),
        pytest.param("codec", ("-m", "deploy.codec_server"), id="codec"),
    ],
)
def test_the_product_takes_its_settings_as_fit_for_production(
    tree: Path, service: str, command: tuple[str, ...]
) -> None:
    settings = environment_of(tree, service) | {"PATH": os.environ["PATH"], "ACTIVA_ENV_FILE": os.devnull}
    for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE"):
        del settings[name]
    done = subprocess.run(
        [sys.executable, *command, "--check"], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "the settings are fit to run under\n"), done.stderr
