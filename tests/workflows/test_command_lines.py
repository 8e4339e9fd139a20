"""The real command lines: `temporal` as support types it, `starter.py` as the billing backend calls it."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import profiles
from adapters.activations import Activations
from adapters.imports import start_all
from domain.case.policy import Policy
from domain.errors import CaseNotFoundError
from domain.model import canonical_sha256
from entry import UNREACHABLE
from portal.development.signing import sign_and_scan
from stack.probes import free_port
from stack.process import ROOT
from tests.support import builders
from tests.support.world import World

pytestmark = pytest.mark.takes_minutes

TEMPORAL = str(Path(sys.executable).with_name("temporal"))
PERSON_SHA256 = canonical_sha256(builders.representative())
Json = dict[str, Any]


class Commands:
    """Both command lines against one world."""

    def __init__(self, made: World, folder: Path, **environment: str) -> None:
        lender = builders.LENDER
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "ACTIVA_ENV_FILE": os.devnull,
            **made.place.environment,
            **{f"ACTIVA_LENDER__{name.upper()}": value for name, value in lender.items()},
            "ACTIVA_S3__BUCKET": made.settings.s3.bucket,
            "ACTIVA_S3__ENDPOINT_URL": str(made.settings.s3.endpoint_url),
            "ACTIVA_S3__ACCESS_KEY_ID": "test",
            "ACTIVA_S3__SECRET_ACCESS_KEY": "test",
            "ACTIVA_SMTP__HOST": "127.0.0.1",
            "ACTIVA_SMTP__SENDER": "avisos@activa.example.co",
            "ACTIVA_SMTP__REPLY_TO": "soporte@activa.example.co",
            "ACTIVA_SUPPORT_MAIL": "soporte@activa.example.co",
            "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
            **environment,
        }

    async def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, env=self._environment, cwd=ROOT, timeout=100,
            check=False,
        )  # fmt: skip

    async def starter(self, *arguments: str) -> tuple[int, Json | None, str]:
        """Return exit status, the JSON object printed, and the messages; asked again where nobody answered in time."""
        for _ in range(5):
            answer = await self.starter_once(*arguments)
            if answer[0] != UNREACHABLE:
                break
        return answer

    async def starter_once(self, *arguments: str) -> tuple[int, Json | None, str]:
        done = await self._run(sys.executable, "starter.py", *arguments)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    async def temporal(self, *arguments: str) -> str:
        done = await self._run(TEMPORAL, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def file(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def company(self, company_id: str, **changes: object) -> str:
        return self.file("company.json", {**builders.COMPANY, "company_id": company_id, **changes})


@pytest.fixture
def commands(idle_world: World, tmp_path: Path) -> Commands:
    return Commands(idle_world, tmp_path)


def new_id() -> str:
    return f"K{os.urandom(6).hex()}"


async def test_the_billing_backend_takes_a_company_to_its_loan(idle_world: World, commands: Commands) -> None:
    company_id = new_id()
    letter, scan = commands.folder / "letter.pdf", commands.folder / "scan.pdf"
    person = commands.file("person.json", builders.REPRESENTATIVE)
    async with idle_world.worker():
        _, first, _ = await commands.starter("start", commands.company(company_id))
        _, second, _ = await commands.starter("start", commands.company(company_id))
        _, issued, _ = await commands.starter("representative", company_id, person)
        written, _, _ = await commands.starter("letter", company_id, "--out", str(letter))
        scan.write_bytes(await asyncio.to_thread(sign_and_scan, letter.read_bytes()))
        _, verdict, _ = await commands.starter("upload-letter", company_id, str(scan))
        _, paid, _ = await commands.starter(
            "confirm-payment", company_id, "--reference", "FV-77", "--amount-cop", "297500"
        )
        _, again, _ = await commands.starter(
            "confirm-payment", company_id, "--reference", "FV-77", "--amount-cop", "297500"
        )
        _, status, _ = await commands.starter("status", company_id)

    assert (first["started"], second["started"]) == (True, False)
    assert first["workflow_id"] == f"activation-{company_id}"
    assert first["run_id"] == second["run_id"]
    assert (set(issued), written) == ({"folio", "key", "sha256"}, 0)
    assert letter.read_bytes().startswith(b"%PDF-")
    assert (verdict["verdict"], paid["standing"], again["standing"]) == ("accepted", "confirmed", "confirmed")
    assert (status["entitlement"], status["repeated_messages_count"]) == ("loan", 1)


async def test_a_consent_that_the_backend_states_is_kept_and_a_missing_one_is_said(
    idle_world: World, commands: Commands
) -> None:
    company_id = new_id()
    consent = {"obtained_by": "crm:77", "obtained_at": "2026-11-24T10:00:00-05:00", "text_version": "web-3"}
    async with idle_world.worker():
        await commands.starter("start", commands.company(company_id))
        silent = commands.file("silent.json", builders.REPRESENTATIVE)
        before = await commands.starter("representative", company_id, silent)
        kept_before = profiles.consents(idle_world.objects, company_id, PERSON_SHA256)
        stated = commands.file("stated.json", {**builders.REPRESENTATIVE, "consent": consent})
        after = await commands.starter("representative", company_id, stated)

    [kept] = profiles.consents(idle_world.objects, company_id, PERSON_SHA256)
    assert (kept_before, before[0], "no consent is stated" in before[2]) == ([], 0, True)
    assert (after[0], after[1], after[2]) == (0, before[1], "")  # the same data, so the same letter
    assert kept.model_dump(mode="json", exclude_none=True) == {
        "company_id": company_id,
        "representative_sha256": PERSON_SHA256,
        "door": "billing",
        "by": "crm:77",
        "given_at": "2026-11-24T15:00:00Z",
        "text_version": "web-3",
    }


async def test_a_company_is_corrected_and_its_nit_is_fixed_after_step_3(idle_world: World, commands: Commands) -> None:
    company_id = new_id()
    async with idle_world.worker():
        await commands.starter("start", commands.company(company_id))
        changed = await commands.starter("company", company_id, commands.company(company_id, city="Cali"))
        same = await commands.starter("company", company_id, commands.company(company_id, city="Cali"))
        await commands.temporal(
            *("workflow", "signal", "--workflow-id", f"activation-{company_id}", "--name", "step_completed"),
            *("--input", '{"step": 3, "by": "billing"}'),
        )
        refused = await commands.starter("company", company_id, commands.company(company_id, nit="860034313-7"))

    assert (changed[0], changed[1]["changed"], same[1]["changed"]) == (0, True, False)
    assert (refused[0], refused[1]) == (2, None)
    assert refused[2].startswith("nit: it can't change once step 3")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (lambda c: ["start", c.company("C1", nit="900373115-4", email="nobody")],
         ["nit: check digit is 4, expected 3", "email:"]),
        (lambda c: ["start", c.file("company.json", {"company_id": "C1"})],
         ["legal_name", "nit", "person_type", "city", "address", "email"]),
        (lambda c: ["start", c.file("company.json", "{")], ["is not JSON"]),
        (lambda c: ["start", str(c.folder / "nowhere.json")], ["nowhere.json: No such file"]),
        (lambda _: ["status", "not an id"], ["as in C1001"]),
        (lambda _: ["confirm-payment", "C1", "--reference", " ", "--amount-cop", "0"],
         ["reference:", "amount_cop: '0' is no amount"]),
        (lambda _: ["confirm-payment", "C1", "--reference", "F", "--amount-cop", "-5"], ["amount_cop: '-5'", "297500"]),
        (lambda _: ["confirm-payment", "C1", "--reference", "F", "--amount-cop", "297.500"],
         ["amount_cop: '297.500'", "without points"]),
        (lambda _: ["confirm-payment", "C1", "--reference", "F", "--amount-cop", "9" * 5000], ["amount_cop: '999"]),
        (lambda c: ["representative", "C1", c.file("p.json", {**builders.REPRESENTATIVE, "document_type": "TI"})],
         ["document_type", "CC, CE, PA, PEP or PPT"]),
        (lambda c: ["representative", "C1", c.file("p.json", {**builders.REPRESENTATIVE, "consent": {"x": 1}})],
         ["consent.obtained_by", "consent.obtained_at"]),
    ],
    ids=["two wrong fields", "missing fields", "no JSON", "no file", "no id", "no payment", "a debt",
         "a point", "too much", "a minor", "no consent"],
)  # fmt: skip
async def test_wrong_input_is_named_field_by_field_and_changes_nothing(
    commands: Commands, arguments: Callable[[Commands], list[str]], words: list[str]
) -> None:
    status, printed, messages = await commands.starter(*arguments(commands))

    assert (status, printed) == (2, None)
    assert [word for word in words if word not in messages] == []
    assert "52345678" not in messages


async def test_a_company_without_a_case_is_told_apart(commands: Commands) -> None:
    status, printed, messages = await commands.starter("status", new_id())

    assert (status, printed) == (3, None)
    assert "start it first" in messages


async def test_servers_that_do_not_answer_are_told_apart(idle_world: World, tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    no_temporal = Commands(idle_world, tmp_path, TEMPORAL_ADDRESS=nobody)
    no_store = Commands(idle_world, tmp_path, ACTIVA_S3__ENDPOINT_URL=f"http://{nobody}")

    first = await no_temporal.starter_once("status", "C1001")
    second = await no_store.starter_once("start", no_store.company(new_id()))

    assert (first[0], second[0]) == (UNREACHABLE, UNREACHABLE)
    assert nobody in first[2]


async def test_without_a_worker_a_payment_is_kept_and_a_status_says_so(idle_world: World, commands: Commands) -> None:
    company_id = new_id()
    await commands.starter("start", commands.company(company_id))

    paid = await commands.starter("confirm-payment", company_id, "--reference", "FV-77", "--amount-cop", "297500")
    status = await commands.starter_once("status", company_id)
    person = commands.file("person.json", builders.REPRESENTATIVE)
    waited = await commands.starter_once("representative", company_id, person)

    async with idle_world.worker():
        after = await commands.starter("status", company_id)
    assert (paid[0], paid[1]["standing"], status[0], waited[0]) == (0, None, UNREACHABLE, UNREACHABLE)
    assert "python worker.py" in status[2]
    assert after[1]["payment"]["paid"]


@pytest.mark.parametrize("written", ["297500.0", "2.975e5"])
async def test_an_amount_with_a_point_counts_from_the_temporal_command_line(
    idle_world: World, commands: Commands, written: str
) -> None:
    company_id = new_id()
    named = ("--workflow-id", f"activation-{company_id}")
    async with idle_world.worker():
        await commands.starter("start", commands.company(company_id))
        await commands.temporal(
            *("workflow", "signal", *named, "--name", "payment_confirmed"),
            *("--input", f'{{"reference": "FV-77", "amount_cop": {written}, "by": "support:ana"}}'),
        )
        printed = await commands.temporal(
            *("workflow", "update", "execute", *named, "--name", "verify_payment"),
            *("--input", '{"by": "support:ana"}', "-o", "json"),
        )
    payments = json.loads(printed)["result"]["payments"]
    assert [(each["amount_cop"], each["standing"]) for each in payments] == [(297_500, "confirmed")]


async def test_support_drives_a_case_from_the_temporal_command_line(idle_world: World, commands: Commands) -> None:
    company_id = new_id()
    named = ("--workflow-id", f"activation-{company_id}")
    async with idle_world.worker():
        await commands.starter("start", commands.company(company_id))
        await commands.temporal("workflow", "signal", *named, "--name", "payment_confirmed")
        await commands.temporal(
            *("workflow", "signal", *named, "--name", "payment_confirmed"),
            *("--input", '{"reference": "FV-77", "by": "support:ana"}'),
        )
        await commands.temporal(
            *("workflow", "signal", *named, "--name", "payment_confirmed", "--input", "{}", "--input", "{}"),
        )
        wrong = await query(commands, named)
        await commands.temporal(
            *("workflow", "signal", *named, "--name", "payment_confirmed"),
            *("--input", '{"reference": "FV-77", "amount_cop": 297500, "by": "support:ana"}'),
        )
        answered = json.loads(
            await commands.temporal(
                *("workflow", "update", "execute", *named, "--name", "verify_payment"),
                *("--input", '{"by": "support:ana"}', "-o", "json"),
            )
        )
        right = await query(commands, named)

    reasons = [each["reason"] for each in wrong["rejected_signals"]]
    assert [reason.split(";")[0] for reason in reasons] == [
        "expected one JSON object, got 0 arguments",
        "amount_cop: Field required",
        "expected one JSON object, got 2 arguments",
    ]
    assert (wrong["needs_attention"], right["needs_attention"]) == (True, False)
    assert answered["result"]["paid"] is True
    assert ("support:ana", "payment_confirmed") in [(each["actor"], each["action"]) for each in right["timeline"]]


async def query(commands: Commands, named: tuple[str, ...]) -> Json:
    printed = await commands.temporal("workflow", "query", *named, "--name", "status", "-o", "json")
    answer: Json = json.loads(printed)["queryResult"][0]
    return answer


async def test_the_history_that_the_command_line_shows_holds_no_personal_datum(
    idle_world: World, commands: Commands
) -> None:
    company_id = new_id()
    person = commands.file("person.json", builders.REPRESENTATIVE)
    async with idle_world.worker():
        await commands.starter("start", commands.company(company_id))
        await commands.starter("representative", company_id, person)

    shown = await commands.temporal("workflow", "show", "--workflow-id", f"activation-{company_id}", "-o", "json")

    personal = {*builders.REPRESENTATIVE.values(), builders.COMPANY["legal_name"], builders.COMPANY["nit"]}
    assert sorted(datum for datum in personal - {"CC", "Gerente", "Bogotá D.C."} if datum in shown) == []


def lines(*companies: dict[str, object]) -> str:
    return "\n".join(json.dumps({**builders.COMPANY, **each}) for each in companies) + "\n\n"


async def test_a_batch_starts_every_company_and_can_be_run_again(idle_world: World, commands: Commands) -> None:
    ids = [new_id() for _ in range(12)]
    some = commands.file("some.jsonl", lines(*({"company_id": each} for each in ids[:5])))
    every = commands.file("all.jsonl", lines(*({"company_id": each} for each in ids)))
    _, first, said = await commands.starter("start", "--batch", some, "--per-second", "50")
    status, whole, _ = await commands.starter("start", "--batch", every, "--per-second", "50")
    _, again, _ = await commands.starter("start", "--batch", every, "--per-second", "50")

    assert "starting" in said
    assert first == {"companies": 5, "started": 5, "known": 0, "closed": 0}
    assert (status, whole) == (0, {"companies": 12, "started": 7, "known": 5, "closed": 0})
    assert again == {"companies": 12, "started": 0, "known": 12, "closed": 0}
    described = await idle_world.client.get_workflow_handle(f"activation-{ids[0]}").describe()
    assert described.raw_description.workflow_execution_info.priority.priority_key == 5


async def test_a_batch_with_anything_wrong_names_every_line_and_starts_nobody(
    idle_world: World, commands: Commands
) -> None:
    good = new_id()
    text = lines({"company_id": good}, {"company_id": "NIT 1", "nit": "900373115-9"}, {"company_id": good})
    wrong = commands.file("wrong.jsonl", text + "{not json\n")
    status, answer, said = await commands.starter("start", "--batch", wrong)

    assert (status, answer) == (2, None)
    assert [line.split(":")[0] for line in said.splitlines()] == ["line 2", "line 2", "line 3", "line 5"]
    with pytest.raises(CaseNotFoundError):
        await Activations(idle_world.client, idle_world.objects).require(good)


@pytest.mark.parametrize("arguments", [(), ("company.json", "--batch", "x.jsonl"), ("--batch", "/nothing.jsonl")])
async def test_a_start_without_one_clear_file_is_refused(commands: Commands, arguments: tuple[str, ...]) -> None:
    status, answer, said = await commands.starter("start", *arguments)
    assert (status, answer) == (2, None)
    assert said


async def test_an_import_keeps_to_its_rate(idle_world: World) -> None:
    companies = [builders.company(company_id=new_id()) for _ in range(10)]
    cases, began = Activations(idle_world.client, idle_world.objects), time.monotonic()
    await start_all(cases, companies, Policy(), per_second=5, done=lambda _: None)
    assert time.monotonic() - began >= 2
