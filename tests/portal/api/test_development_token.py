"""The token to try the API out with: from the command, for the local portal only."""

import subprocess
import sys

import pytest

from stack.local_settings import local_settings
from stack.process import ROOT
from stack.stack_settings import StackSettings
from tests.support.portal.calling import Caller
from tests.support.portal.visiting import Site


def printed(**environment: str) -> subprocess.CompletedProcess[str]:
    settings = local_settings(StackSettings(), {}) | environment
    command = [sys.executable, "-m", "portal.development.api_token"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={name: value for name, value in settings.items() if value} | {"ACTIVA_ENV_FILE": "/dev/null"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.machine_clock  # the command is a process of its own
async def test_the_command_prints_a_token_that_opens_the_api(site: Site) -> None:
    addresses = site.app.state.portal.addresses
    run = printed(
        ACTIVA_PORTAL__ISSUER=addresses.issuer,
        ACTIVA_PORTAL__DEVELOPMENT_KEY=str(addresses.development_key),
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert (await Caller(site, run.stdout.strip()).get("/activations")).status_code == 200


@pytest.mark.parametrize(
    ("key", "said"), [("", "come from its issuer"), ("/nowhere/key.json", "start `make run` once")]
)
def test_without_a_key_the_command_says_what_to_do(key: str, said: str) -> None:
    run = printed(ACTIVA_PORTAL__DEVELOPMENT_KEY=key)
    assert (run.returncode, run.stdout) == (2, "")
    assert said in run.stderr
