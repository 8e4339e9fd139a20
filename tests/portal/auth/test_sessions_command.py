"""The command that ends sessions."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.portal.visiting import Visitor
from tests.support.world import World

ROOT = Path(__file__).parents[3]


def run(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    s3, lender = world.settings.s3, world.settings.lender
    environment = {
        "PATH": os.environ["PATH"],
        "ACTIVA_ENV_FILE": "/dev/null",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "ACTIVA_S3__BUCKET": s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": s3.endpoint_url or "",
        "ACTIVA_LENDER": lender.model_dump_json(),
        "ACTIVA_SMTP": world.settings.smtp.model_dump_json(),
        "ACTIVA_SUPPORT_MAIL": world.settings.support_mail,
        "ACTIVA_PORTAL_URL": world.settings.portal_url,
    }
    command = [sys.executable, "-m", "portal.sessions", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


async def test_a_companys_sessions_end_and_the_command_says_whose(visitor: Visitor, portal_world: World) -> None:
    done = run(portal_world, "end", "--company", visitor.case.company_id)
    assert (done.returncode, done.stderr) == (0, "ended 1 session\n")
    assert json.loads(done.stdout)["company_id"] == visitor.case.company_id
    assert (await visitor.get("/estado")).status_code == 401
    again = run(portal_world, "end", "--company", visitor.case.company_id)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "ended 0 sessions\n")


def test_it_ends_nobodys_session_unless_told_whose(portal_world: World) -> None:
    for wrong in (("end",), (), ("end", "--staff", "ana", "--everybody")):
        assert run(portal_world, *wrong).returncode == 2
