"""What each process finds in its environment: settings that exist, and all that production asks for."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from settings import Settings, describe, loaded
from stack.process import ROOT
from tests.support.deploy.manifests import BASE, FOLDER, OVERLAYS, Pods, documents, environment, pods, settings_of
from tests.support.encryption import ring_file
from tests.support.receiver import a_secret

PROCESSES = {each.name: each for each in pods(documents(BASE))}
SERVERS = {
    "activa-worker": ("worker.py",),
    "activa-portal": ("-m", "portal.app"),
    "activa-codec": ("-m", "deploy.codec_server"),
}
READ_BY_OTHERS = {
    "ACTIVA_ENV_FILE", "AWS_REGION", "FORWARDED_ALLOW_IPS",
    "TEMPORAL_ADDRESS", "TEMPORAL_API_KEY", "TEMPORAL_NAMESPACE", "TEMPORAL_TLS",
    "TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_KEY_PATH", "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
}  # fmt: skip
"""By the libraries, and by settings.py itself."""
DRAWN = {
    "ACTIVA_SMTP__USERNAME": "AKIAEXAMPLE",
    "ACTIVA_SMTP__PASSWORD": "drawn-at-random-5d1f",
    "ACTIVA_WEBHOOKS__URL": "https://billing.example.com/events",
    "ACTIVA_WEBHOOKS__SECRETS": json.dumps([a_secret()]),
    "ACTIVA_PORTAL__SESSION_SECRET": "9f3b61c07ad2e845f0b7c1d96e3a2840",
    "TEMPORAL_API_KEY": "drawn-at-random-8c2e",
}


def secrets() -> dict[str, dict[str, str]]:
    """Return the contents of the Secrets, by the table of docs/deploying.md."""
    page = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(activa-[a-z]+)` \| (.*?) \|", page, re.MULTILINE)
    return {name: {key: DRAWN.get(key, "") for key in re.findall(r"`([^`]+)`", keys)} for name, keys in rows}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_variable_is_a_setting(overlay: str) -> None:
    known = {line.split("  ")[0] for line in describe()} | READ_BY_OTHERS
    given = {name for each in PROCESSES.values() for name in environment(overlay, each, secrets())}
    files = {"ring.json", "tls.crt", "tls.key", "ca.crt"}

    assert given - known - files == set()


def test_every_secret_that_is_taken_is_in_the_table() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.yaml"))
    taken = {
        "activa-ring",
        *re.findall(r"secretName: (\S+)", texts),
        *re.findall(r"secretRef: \{name: (\S+?)\}", texts),
    }
    for process in PROCESSES.values():
        taken |= {each["secretRef"]["name"] for each in process.container["envFrom"] if "secretRef" in each}

    assert taken == set(secrets())


async def checked(process: Pods, given: dict[str, str], folder: Path) -> tuple[int, str]:
    """Return how a server ends that is asked whether its settings are fit, and what it says."""
    known = {line.split("  ")[0] for line in describe()} | READ_BY_OTHERS
    here = {name: value for name, value in given.items() if name in known}
    here = {name: value.replace("/etc/activa/", f"{folder}/") for name, value in here.items()}
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *SERVERS[process.name],
        "--check",
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TEMPORAL_CONFIG_FILE": os.devnull, **here},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    return running.returncode or 0, said.decode()


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """A folder with the files that the Secrets hold."""
    (tmp_path / "temporal").mkdir()
    for name in ("tls.crt", "tls.key", "ca.crt"):
        (tmp_path / "temporal" / name).write_text("drawn", encoding="utf-8")
    (tmp_path / "ring").mkdir()
    ring_file(tmp_path / "ring" / "ring.json")
    return tmp_path


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("overlay", ["production", "temporal-cloud"])
async def test_the_product_takes_what_it_is_given(overlay: str, name: str, mounted: Path) -> None:
    process = PROCESSES[name]

    assert await checked(process, environment(overlay, process, secrets()), mounted) == (
        0,
        "the settings are fit to run under\n",
    )


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("activa-portal", "ACTIVA_PORTAL__STAFF_JWKS"),
        ("activa-portal", "FORWARDED_ALLOW_IPS"),
        ("activa-worker", "TEMPORAL_API_KEY"),
        ("activa-codec", "ACTIVA_CODEC__ORIGIN"),
    ],
)
async def test_what_an_overlay_leaves_out_is_named(name: str, without: str, mounted: Path) -> None:
    process = PROCESSES[name]
    given = environment("temporal-cloud", process, secrets())
    del given[without]

    status, said = await checked(process, given, mounted)

    assert (status, without in said) == (2, True), said


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_jobs_have_the_settings_that_every_process_needs(overlay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("activa-bootstrap", "activa-retention"):
        for variable in [each for each in os.environ if each.startswith("ACTIVA_")]:
            monkeypatch.delenv(variable)
        monkeypatch.setitem(Settings.model_config, "env_file", None)
        for variable, value in environment(overlay, PROCESSES[name], secrets()).items():
            if variable.startswith("ACTIVA_"):
                monkeypatch.setenv(variable, value)

        assert loaded(Settings).s3.bucket == settings_of(overlay)["activa-settings"]["ACTIVA_S3__BUCKET"]
