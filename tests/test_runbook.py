"""The runbook's commands do what they say: each is run here as it stands there, against the servers of `make run`.

What can't be run on a machine without a cluster, a cloud or a retired program is read by a model of its own tool.
"""

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import get_args

import botocore.session
import pytest
import yaml
from botocore import xform_name
from pydantic import BaseModel

from adapters.activations import Activations
from domain.calendar import BOGOTA
from domain.contract import workflow_id
from domain.messages.models import SIGNALS, UPDATES
from domain.profiles.representative import Representative
from entry import UNREACHABLE
from portal.development.signing import sign_and_scan
from settings import Settings
from stack.case_time import until_idle
from stack.connection import connect
from stack.demo import fresh_stack, running_stack
from stack.local_settings import product_environment
from stack.process import ROOT

pytestmark = pytest.mark.takes_minutes

FOLDER = ROOT / "docs" / "runbook"
NAMES = ("install", "load", "cases", "secrets", "recovery")
PAGES = (*(FOLDER / f"{name}.md" for name in NAMES), FOLDER.parent / "operating.md")
"""In the order in which they are followed: a case is started before anything is done to it."""
BLOCKS = [
    (path.name, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
    for path in PAGES
    for indent, text in re.findall(
        r"^( *)```sh\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
]
ELSEWHERE = {
    "python -m deploy.keys": "tests/deploy/test_keys.py",
    "--codec-endpoint": "tests/workflows/test_encryption_on_the_command_line.py",
    **dict.fromkeys(
        ("describe-version", "set-ramping-version", "set-current-version", "update-options"),
        "tests/workflows/test_worker_versions.py",
    ),
}
"""Commands whose own tests take them from the page and run them."""
READ_ONLY = ("aws", "docker", "kubectl", "tctl")
"""What needs an account, an engine, a cluster, or a program that nobody gives out any more."""
README = (ROOT / "README.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^cat > (\S+) <<'JSON'\n(.*?)^JSON$", README, re.MULTILINE | re.DOTALL))
EXPECTED_TO_BE_REJECTED = {"letter_reviewed": "no_review", "webhook_requested": "event_unknown"}
"""What a case whose letter was accepted, and that has no receiver of events, does not need; it says so and goes on."""
DONE = {
    "payment_confirmed", "certificate_issued", "certificate_withdrawn", "certificate_rejected", "letter_rejected",
    "letter_deleted", "step_completed", "reminders_muted", "notice_requested", "loan_revoked", "activation_closed",
    "activation_reopened",
}  # fmt: skip
"""What the tasks of the pages leave in the timeline of their case; the letter in the inbox is a name without a file."""
WRITTEN_ON = date(2026, 11, 27)
"""The day on which the pages' dates make sense: a certificate of a month ago, a silence of two months."""
AGE = datetime.now(BOGOTA).date() - WRITTEN_ON


def today(text: str) -> str:
    """Return a block with its dates as many days later as the pages are old."""
    return re.sub(r"\b20\d\d-\d\d-\d\d\b", lambda found: str(date.fromisoformat(found[0]) + AGE), text)


def lines(text: str) -> list[list[str]]:
    """Return the words of each command of a block."""
    return [shlex.split(line) for line in re.sub(r"\\\n\s*", " ", text).splitlines() if line.strip()]


def is_elsewhere(text: str) -> bool:
    return any(each in text for each in ELSEWHERE)


def read_only(program: str) -> list[list[str]]:
    return [words for _, text in BLOCKS if not is_elsewhere(text) for words in lines(text) if words[0] == program]


def to_run() -> list[tuple[str, str]]:
    return [each for each in BLOCKS if not is_elsewhere(each[1]) and lines(each[1])[0][0] not in READ_ONLY]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's root as a person has it before them, into which nothing of a test is written for good."""
    root = tmp_path / "project"
    root.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".local"):
            (root / path.name).symlink_to(path)
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


async def loan_for(cases: Activations, company_id: str) -> None:
    """Bring a company that was started to the loan that most tasks are about."""
    await cases.submit_representative(
        company_id, Representative.model_validate_json(FILES["representative.json"]), "billing"
    )
    scan = await asyncio.to_thread(sign_and_scan, await cases.letter(company_id))
    assert (await cases.upload_letter(company_id, [scan], "billing"))["verdict"] == "accepted"


async def ran(text: str, project: Path, environment: dict[str, str], tries: int = 3) -> str:
    """Run a block as a shell does that ends at the first failure; return what went wrong, or nothing."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", today(text)),
        cwd=project, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    if process.returncode == UNREACHABLE and tries > 1:  # nobody answered in time on a busy machine
        return await ran(text, project, environment, tries - 1)
    return f"{text}\nended with {process.returncode}: {out.decode()[-900:]}" if process.returncode else ""


async def test_every_command_does_what_is_printed(project: Path, tmp_path: Path) -> None:
    stack = fresh_stack(tmp_path / "stack")
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**product_environment(stack), "ACTIVA_ENV_FILE": os.devnull, "PATH": bin_first}
    install = [text for page, text in to_run() if page == PAGES[0].name]
    tasks = [text for page, text in to_run() if page != PAGES[0].name]
    async with running_stack(stack):
        connection = await connect(stack)
        failed = [await ran(text, project, environment) for text in install]
        await loan_for(connection.cases, "C1001")
        failed += [await ran(text, project, environment) for text in tasks]
        await until_idle(connection.client.get_workflow_handle(workflow_id("C1001")))
        facts = await connection.cases.status("C1001")
    assert [each for each in failed if each] == []
    assert {each["action"] for each in facts["timeline"]} >= DONE
    assert {each["name"]: each["code"] for each in facts["rejected_signals"]} == EXPECTED_TO_BE_REJECTED


def test_tctl_sends_what_temporal_sends() -> None:
    sent = {
        program: [
            (words[words.index("--name") + 1], json.loads(words[words.index("--input") + 1]))
            for _, text in BLOCKS
            for words in lines(text)
            if words[:3] == [program, "workflow", "signal"] and "--query" not in words
        ]
        for program in ("temporal", "tctl")
    }
    assert sent["temporal"] == sent["tctl"]
    assert {name for name, _ in sent["tctl"]} == set(SIGNALS) - {"company_updated"}


def test_every_update_is_there() -> None:
    page = (FOLDER / "cases.md").read_text(encoding="utf-8")
    assert [name for name in UPDATES if name not in page] == []


def secrets_of(model: type[BaseModel], prefix: str = "ACTIVA_") -> Iterator[str]:
    """Yield each setting that is a secret, or says where one lies."""
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        group = next((each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)), None)
        if group is not None:
            yield from secrets_of(group, f"{prefix}{name.upper()}__")
        elif "SecretStr" in repr(field) or name.endswith(("ring", "jwks", "key")):
            yield f"{prefix}{name.upper()}"


def test_every_secret_of_the_settings_has_its_change() -> None:
    page = (FOLDER / "secrets.md").read_text(encoding="utf-8")
    found = list(secrets_of(Settings))
    assert {"ACTIVA_SMTP__PASSWORD", "ACTIVA_WEBHOOKS__SECRETS", "ACTIVA_CODEC__JWKS"} <= set(found)
    assert [name for name in found if f"`{name}`" not in page] == []


def test_what_is_run_by_tests_of_its_own_is_on_a_page() -> None:
    printed = "\n".join(text for _, text in BLOCKS)
    for command, test in ELSEWHERE.items():
        assert command in printed
        assert command.split()[-1] in (ROOT / test).read_text(encoding="utf-8")


def test_what_is_said_to_aws_is_in_its_own_model() -> None:
    said = read_only("aws")
    assert said
    for _, service, command, *words in said:
        model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
        operation = next(each for each in model.operation_names if xform_name(each, "-") == command)
        shape = model.operation_model(operation).input_shape
        known = {xform_name(each, "-") for each in shape.members}
        assert {word[2:] for word in words if word.startswith("--")} <= known, command
        assert {xform_name(each, "-") for each in shape.required_members} <= {word[2:] for word in words}, command


def test_what_is_said_to_a_cluster_names_what_is_deployed() -> None:
    files = (ROOT / "deploy" / "kubernetes" / "base").glob("*.yaml")
    made = [each for file in files for each in yaml.safe_load_all(file.read_text(encoding="utf-8")) if each]
    there = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in made if "metadata" in each}
    said = read_only("kubectl")
    assert said
    for words in said:
        assert {word for word in words if re.fullmatch(r"[a-z]+/activa-[a-z-]+", word)} <= there, words
        if "--namespace" in words:
            assert f"namespace/{words[words.index('--namespace') + 1]}" in there
