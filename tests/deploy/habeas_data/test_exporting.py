"""A company's data as one file: all of it, readable, explained, and nobody else's."""

import asyncio
import dataclasses
import hashlib
import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from adapters.directory.opening import opened as opened_table
from deploy.habeas_data.elsewhere import Elsewhere
from deploy.habeas_data.erase import erase
from deploy.habeas_data.export import export
from deploy.habeas_data.ground import Ground
from domain.kinds import KINDS, kind_of
from stack.process import ROOT
from tests.support import builders
from tests.support.planted import CANARIES, COMPANY, REPRESENTATIVE, Planted, stored
from tests.support.world import World

DEEP = 600
"""Levels that `json` reads, and that what goes through them afterwards may not."""
NEVER_ONES_OWN = {"hand_off", "hand_entries", "wrapped_key"}


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


async def test_everything_that_is_stored_is_in_the_export_and_the_index_explains_it(
    own_world: World, company: Planted, ground: Ground
) -> None:
    await ground.trail.before("letter_read", company.company_id, None)

    made = await export(ground, company.company_id)

    assert made is not None
    archive = opened(made.data)
    index = json.loads(archive.read("indice.json"))["files"]
    page = html.unescape(archive.read("INDICE.html").decode())
    told = {(each["key"], each["sha256"]) for each in index}
    theirs = {
        (key, hashlib.sha256(data).hexdigest())
        for (key, _), data in stored(own_world).items()
        if data and kind_of(company.company_id, key) is not None
    }
    assert theirs <= told
    assert {each.name for each in KINDS} - NEVER_ONES_OWN - {"erasure"} == {each["kind"] for each in index} - {
        "case",
        "history",
    }
    assert sorted(archive.namelist()) == sorted(["INDICE.html", "indice.json", *(each["path"] for each in index)])
    assert all(each["es"] in page and each["en"] in page and f'href="{each["path"]}"' in page for each in index)
    assert all(each["path"].endswith((".json", ".pdf", ".bin", ".bak")) for each in index)
    for value in (*COMPANY.values(), *REPRESENTATIVE.values()):
        assert value in page, value
    everything = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert [each for each in CANARIES if each not in everything] == []
    assert "Aceptamos la carta firmada" in page
    # Of others it names none: neither another company nor anybody of staff.
    assert "ANOTHER" not in everything
    assert "support:" not in everything
    unnamed = [each["path"] for each in index if each["path"].endswith(".bin")]
    assert [path for path in unnamed if archive.read(path).startswith(b"{")] == []
    shared = [json.loads(archive.read(name)) for name in archive.namelist() if "-batch/" in name]
    assert [(each["company_ids"], each["other_companies"]) for each in shared] == [([company.company_id], 1)]


async def test_what_was_sent_to_a_case_is_exported_as_it_was_sent(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    await case.signal("payment_confirmed", reference="FV-77", amount_cop="297500 of Tulgey, 3155550199")
    await case.signal("payment_confirmed", deflated_1=5)
    await case.handle.signal("unheard_of", {"deflated_1": "not packed"})
    for depth in (DEEP, 5000):
        data = b"[" * depth + b'"the end"' + b"]" * depth
        await case.handle.signal("unheard_of", RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data)))
    await case.with_loan()
    await case.attach(b"%PDF-1.7 broken")
    await case.settle()

    made = await export(ground, case.company_id)

    assert made is not None
    archive = opened(made.data)
    [run] = [json.loads(archive.read(name)) for name in archive.namelist() if "-history/" in name]
    sent = [(each["what"], each["said"]) for each in run if each["event"] == "workflow_execution_signaled"]
    assert sent[:3] == [
        ("payment_confirmed", [{"by": "support", "reference": "FV-77", "amount_cop": "297500 of Tulgey, 3155550199"}]),
        ("payment_confirmed", [{"by": "support", "deflated_1": 5}]),
        ("unheard_of", [{"deflated_1": "not packed"}]),
    ]
    assert ["the end" in str(each) for each in sent[3:]] == [True, True]
    assert {"attach_letter", "submit_representative"} <= {each["what"] for each in run}
    page = html.unescape(archive.read("INDICE.html").decode())
    assert "aceptada" in page
    assert "Préstamo activo" in page


async def test_after_an_erasure_the_index_says_what_was_left_and_until_when(own_world: World, ground: Ground) -> None:
    case = await own_world.start()
    await case.with_loan()
    await case.settle()
    await erase(ground, case.company_id, "PQR 1", keep_case=False)

    made = await export(ground, case.company_id)

    assert made is not None
    page = html.unescape(opened(made.data).read("INDICE.html").decode())
    assert "Datos suprimidos" in page
    assert re.search(r"Cartas firmadas</th><td>hasta el 20\d\d-", page)


async def test_what_lies_elsewhere_is_exported_and_forgotten_too(own_world: World, ground: Ground) -> None:
    class Directory:
        name = "directory"

        def stored(self, company_id: str) -> dict[str, bytes]:
            return {"fila.json": json.dumps({"id": company_id}).encode()}

        def forget(self, _: str) -> int:
            return 1

    place: Elsewhere = Directory()
    company_id = (await own_world.start()).company_id
    wider = dataclasses.replace(ground, elsewhere=(place,))

    made = await export(wider, company_id)

    assert made is not None
    [name] = [each for each in opened(made.data).namelist() if "elsewhere/" in each]
    assert json.loads(opened(made.data).read(name)) == {"id": company_id}
    assert (await erase(wider, company_id, "PQR 1", keep_case=False))["removed"]["directory"] == 1


async def test_the_command_exports_and_erases_and_says_when_there_is_nothing(own_world: World, tmp_path: Path) -> None:
    case = await own_world.start()
    await case.settle()
    table = opened_table(tmp_path / "directory.sqlite3", None)
    table.enter(builders.company(company_id=case.company_id))

    async def run(*arguments: str) -> tuple[int, Any, str]:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "deploy.habeas_data", *arguments],
            cwd=ROOT, env=environment(own_world, tmp_path), capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    out = tmp_path / "data.zip"
    assert (await run("export", "NOBODY", "--out", str(out)))[0] == 3
    assert (await run("export", "no id", "--out", str(out)))[0] == 2
    status, answer, said = await run("export", case.company_id, "--out", str(tmp_path / "nowhere" / "data.zip"))
    assert (status, answer, "choose another path for --out" in said) == (2, None, True)
    assert (await run("export", case.company_id, "--out", str(tmp_path)))[0] == 2
    status, answer, _ = await run("export", case.company_id, "--out", str(out))
    assert (status, answer["file"]) == (0, str(out))
    assert answer["files"] == len(zipfile.ZipFile(out).namelist()) - 2
    assert out.stat().st_mode & 0o077 == 0
    again = tmp_path / "again.zip"
    await run("export", case.company_id, "--out", str(again))
    assert exported(out) == 0  # the two that could not be written are not on record
    assert exported(again) == 1
    status, answer, said = await run("erase", case.company_id, "--reason", "PQR 1")
    assert (status, answer["done"], answer["case"]) == (0, False, "would be closed")
    assert "run it again with --yes" in said
    assert (await case.status())["closing"] is None
    status, answer, _ = await run("erase", case.company_id, "--reason", "PQR 1", "--yes")
    assert (status, answer["done"], answer["case"]) == (0, True, "closed")
    assert {each["kind"] for each in answer["kept"]} == {"trail", "erasure", "mark"}
    assert (answer["removed"]["directory"], table.names([case.company_id])) == (1, {})
    status, answer, said = await run("erase", case.company_id, "--reason", "PQR 1", "--yes")
    assert (status, answer["removed"]) == (0, {"temporal_runs": 0, "directory": 0})
    table.close()


def exported(file: Path) -> int:
    """Return how many exports the trail tells of in an export."""
    archive = zipfile.ZipFile(file)
    events = [each for name in archive.namelist() if "eventos" in name for each in json.loads(archive.read(name))]
    return [each["action"] for each in events].count("data_exported")


def environment(world: World, folder: Path) -> dict[str, str]:
    settings = world.settings
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ACTIVA_", "TEMPORAL_"))}
    return kept | {
        "ACTIVA_ENV_FILE": os.devnull,
        "ACTIVA_DIRECTORY__FILE": str(folder / "directory.sqlite3"),
        **world.place.environment,
        "ACTIVA_LENDER__NAME": settings.lender.name,
        "ACTIVA_LENDER__NIT": settings.lender.nit,
        "ACTIVA_LENDER__DATA_PROTECTION_MAIL": settings.lender.data_protection_mail,
        "ACTIVA_LENDER__POLICY_URL": settings.lender.policy_url,
        "ACTIVA_S3__BUCKET": settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": str(settings.s3.endpoint_url),
        "ACTIVA_S3__ACCESS_KEY_ID": "test",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "test",
        "ACTIVA_SMTP__HOST": "127.0.0.1",
        "ACTIVA_SMTP__SENDER": settings.smtp.sender,
        "ACTIVA_SMTP__REPLY_TO": settings.smtp.reply_to,
        "ACTIVA_SUPPORT_MAIL": settings.support_mail,
        "ACTIVA_PORTAL_URL": settings.portal_url,
    }
