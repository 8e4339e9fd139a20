"""A portal in a process of its own."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from stack.probes import LOOPBACK, free_port, http_answers
from stack.process import Program, RunningProgram
from stack.servers import inherited_environment
from tests.support.portal.visiting import SECRET, Site, site_over
from tests.support.world import World


@dataclass
class Served(Site):
    """A portal in a process of its own."""

    process: RunningProgram

    def client(self, **headers: str) -> httpx.AsyncClient:
        client = super().client(**headers)
        client.timeout = httpx.Timeout(120)  # a busy machine takes its time
        return client

    def transport(self) -> httpx.AsyncHTTPTransport:  # type: ignore[override]
        return httpx.AsyncHTTPTransport()


def environment(world: World, folder: Path, port: int) -> dict[str, str]:
    """Return what a portal in a process of its own needs."""
    settings, url = world.settings, f"http://{LOOPBACK}:{port}"
    kept = {name: value for name, value in inherited_environment().items() if not name.startswith("ACTIVA_")}
    return {
        **kept,
        "ACTIVA_ENV_FILE": os.devnull,
        **world.place.environment,
        "ACTIVA_LENDER__NAME": settings.lender.name,
        "ACTIVA_LENDER__NIT": settings.lender.nit,
        "ACTIVA_LENDER__DATA_PROTECTION_MAIL": settings.lender.data_protection_mail,
        "ACTIVA_LENDER__POLICY_URL": settings.lender.policy_url,
        "ACTIVA_S3__BUCKET": settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": settings.s3.endpoint_url or "",
        "ACTIVA_S3__ACCESS_KEY_ID": "any",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
        "ACTIVA_SMTP__HOST": LOOPBACK,
        "ACTIVA_SMTP__SENDER": settings.smtp.sender,
        "ACTIVA_SMTP__REPLY_TO": settings.smtp.reply_to,
        "ACTIVA_SUPPORT_MAIL": settings.support_mail,
        "ACTIVA_PORTAL_URL": url,
        "ACTIVA_PORTAL__ADDRESS": f"{LOOPBACK}:{port}",
        "ACTIVA_PORTAL__SESSION_SECRET": SECRET,
        "ACTIVA_PORTAL__ISSUER": "http://127.0.0.1:8000/desarrollo",
        "ACTIVA_PORTAL__JWKS": str(folder / "public.json"),
        "ACTIVA_PORTAL__LOGIN_URL": f"{url}/desarrollo",
        "ACTIVA_PORTAL__CHECKOUT_URL": f"{url}/desarrollo/pagar",
        "ACTIVA_PORTAL__FOUR_EYES__ENTRIES_PER_HOUR": "1000",  # one person makes those of other tests too
        "ACTIVA_PORTAL__DEVELOPMENT_KEY": str(folder / "private.json"),
    }


@asynccontextmanager
async def served(
    world: World, folder: Path, on_line: Callable[[str], None] = lambda _: None, **more: str
) -> AsyncIterator[Served]:
    """Serve until the block ends; `more` of its environment, whatever it says is heard."""
    port = free_port()
    signs = site_over(world, folder, origin=f"http://{LOOPBACK}:{port}")
    program = Program(
        name="portal",
        command=(sys.executable, "-m", "portal.app"),
        environment=environment(world, folder, port) | more,
        ready=http_answers(port, "/salud", containing="ok"),
    )
    process = await RunningProgram.start(program, on_line)
    try:
        await process.until_ready()
        yield Served(signs.app, signs.origin, process)
    finally:
        await process.stop()
