"""Worker, portal and tools run from their images, unprivileged and on a root that can't be written."""

import asyncio
import json
import os
import subprocess
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from rich.console import Console
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from portal.development.keys import KEY_ID, ensure_keys, read_key
from scripts.images import FOLDER, OWN_BASE, TARGETS, Store, revision
from stack.connection import PatientActivations, connect
from stack.demo import fresh_stack
from stack.life import COMPANY, Life, Show, live
from stack.probes import http_answers
from stack.process import Program, RunningProgram
from stack.programs import programs
from stack.servers import TIME_SKIPPING
from stack.stack_settings import StackSettings
from tests.support.deploy.containers import contained, podman, run
from version import __version__

pytestmark = pytest.mark.timeout(1800)
LARGEST_MB = {"worker": 530, "portal": 250, "tools": 250}
"""Without the base. OpenCV alone is 150 MB of the worker's, most of it for films that nobody sends."""


def config(store: Store, target: str) -> dict[str, Any]:
    found = subprocess.run(
        [*podman(store), "image", "inspect", f"localhost/activa-{target}"], capture_output=True, check=True
    )
    image: dict[str, Any] = json.loads(found.stdout)[0]
    return image


def inside(store: Store, target: str, source: str, *options: str) -> str:
    """Return what a line of Python prints inside an image."""
    command = run(store, target, {}, "-c", source, options=("--entrypoint=python", *options))
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def portal_of(stack: StackSettings, product: dict[str, str]) -> Program:
    """Return the portal as a program, with an issuer whose private key it does not hold."""
    (stack.folder / "keys").mkdir()
    ensure_keys(stack.folder / "private.json", stack.folder / "keys" / "public.json")
    kept = {name: value for name, value in product.items() if not name.startswith(("ACTIVA_DIRECTORY", "ACTIVA_ENC"))}
    del kept["ACTIVA_PORTAL__DEVELOPMENT_KEY"]
    return Program(
        name="portal",
        command=(),
        environment=kept | {"ACTIVA_PORTAL__JWKS": str(stack.folder / "keys" / "public.json")},
        ready=http_answers(stack.portal_port, "/salud", containing="ok"),
    )


def token(stack: StackSettings, product: dict[str, str]) -> str:
    now = int(time.time())
    claims = {"iss": product["ACTIVA_PORTAL__ISSUER"], "aud": "activa-api", "sub": "billing", "iat": now}
    claims |= {"exp": now + 300, "scope": "activations:read"}
    key = read_key(stack.folder / "private.json")
    return jwt.encode({"alg": "ES256", "kid": KEY_ID}, claims, key, algorithms=["ES256"])


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_is_small_and_says_what_it_is(store: Store, target: str) -> None:
    image = config(store, target)
    base = store.megabytes(os.environ.get("BASE", OWN_BASE))
    assert store.megabytes(f"localhost/activa-{target}") - base <= LARGEST_MB[target]
    assert image["Config"]["User"] == "10001:10001"
    assert image["Config"]["StopSignal"] in {"SIGTERM", "15"}
    assert image["Labels"]["org.opencontainers.image.title"] == f"activa-{target}"
    assert image["Labels"]["org.opencontainers.image.version"] == __version__
    assert image["Labels"]["org.opencontainers.image.revision"] == revision()
    bill = json.loads((FOLDER / f"activa-{target}.cdx.json").read_text())
    assert len(bill["components"]) > 60


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_holds_no_secret_of_its_build_and_nothing_to_build_with(store: Store, target: str) -> None:
    looked = "import os, shutil; print([os.path.exists('/etc/pip.conf'), shutil.which('pip'), shutil.which('gcc')])"
    assert inside(store, target, looked) == "[False, None, None]\n"


def test_all_of_it_is_compiled(store: Store) -> None:
    looked = (
        "import pathlib; print(sorted(str(p) for r in ('/srv/activa', '/opt/activa/lib') for p in pathlib.Path(r)"
        ".rglob('*.py') if not any((p.parent / '__pycache__').glob(p.stem + '.*.pyc')))[:5])"
    )
    assert inside(store, "worker", looked) == "[]\n"


def test_the_portal_can_not_open_what_people_upload(store: Store) -> None:
    looked = (
        "import importlib.util as i; print([n for n in ('cv2', 'pypdf', 'pypdfium2', 'pyhanko') if i.find_spec(n)])"
    )
    assert inside(store, "portal", looked) == "[]\n"
    assert inside(store, "worker", looked) == "['cv2', 'pypdf', 'pypdfium2', 'pyhanko']\n"


async def test_worker_and_portal_take_a_company_through_its_whole_life(store: Store, tmp_path: Path) -> None:
    stack = fresh_stack(tmp_path / "stack")
    running: list[RunningProgram] = []
    try:
        for program in programs(stack, TIME_SKIPPING):
            product = dict(program.environment)
            if program.name == "worker":
                program = contained(program, store, "worker")  # noqa: PLW2901
            elif program.name == "bootstrap":
                program = contained(program, store, "tools")  # noqa: PLW2901
                program = replace(program, command=(*program.command, "-m", "deploy.bootstrap"))  # noqa: PLW2901
            running.append(await RunningProgram.start(program))
            await running[-1].until_ready()
        running.append(
            await RunningProgram.start(contained(portal_of(stack, product), store, "portal", stack.folder / "keys"))
        )
        await running[-1].until_ready()
        connection = await connect(stack)
        skipper = TimeSkipper(connection.client, config=TimeSkippingConfig(enabled=False))
        cases = PatientActivations(skipper.client, connection.objects)

        await live(Life(connection.client, cases, skipper, Show(Console(file=StringIO()))), stack.folder)

        said = {"Authorization": f"Bearer {token(stack, product)}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stack.portal_port}", headers=said) as client:
            answer = await client.get(f"/api/activations/{COMPANY.company_id}")
        assert (answer.status_code, answer.json()["entitlement"]) == (200, "own")
        for image in ("worker", "portal"):
            await asyncio.to_thread(healthy, store, image)
        worker, portal = running[-2], running[-1]
        for each in (portal, worker):
            await each.stop()
            assert await each.ended == 0, each.last_lines
    finally:
        for each in reversed(running):
            await each.stop()


def healthy(store: Store, image: str) -> None:
    """Raise CalledProcessError unless the container of an image finds itself in health."""
    listed = [*podman(store), "ps", "--quiet", "--filter", f"ancestor=localhost/activa-{image}"]
    [name] = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    subprocess.run([*podman(store), "healthcheck", "run", name], check=True)
