"""What the companies of a run live on: servers and product as processes, each reached as in production."""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import httpx
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from letters.confinement.checker import LetterChecker
from portal.development.keys import read_key
from portal.development.lender import api_token
from settings import Portal, Settings
from stack.connection import connect
from stack.demo import fresh_stack
from stack.local_settings import product_environment
from stack.probes import LOOPBACK, free_port, http_answers
from stack.process import ROOT, Program, RunningProgram
from stack.programs import programs, programs_with_portal
from stack.servers import TIME_SKIPPING
from stack.stack_settings import StackSettings
from tests.support.cases import bogota
from tests.support.faults.parts import Part, kept
from tests.support.faults.proxy import Proxy
from tests.support.receiver import Receiver, receiving
from tests.support.world import Json, World

BEGINS = bogota("2035-02-06 10:00")
CONNECTIONS = 16
SERVERS = ("temporal", "s3", "mail")
WORKER = str(Path(__file__).with_name("worker_by_clock.py"))


@dataclass
class Stand:
    """A stack whose parts may be killed, and the world of its cases."""

    settings: StackSettings
    world: World
    proxies: Mapping[str, Proxy]
    receiver: Receiver
    parts: Mapping[str, Part] = field(default_factory=dict)

    older: Part | None = None
    """The worker of another version, where there is one."""

    @property
    def workers(self) -> list[Part]:
        return [part for name, part in self.parts.items() if name.startswith("worker")]

    @property
    def environment(self) -> dict[str, str]:
        """What the product's processes see: every server but Temporal's lies behind a door of ours."""
        return {
            **product_environment(self.settings, {}),
            "ACTIVA_S3__ENDPOINT_URL": f"http://{LOOPBACK}:{self.proxies['s3'].port}",
            "ACTIVA_SMTP__PORT": str(self.proxies["smtp"].port),
            "ACTIVA_WEBHOOKS__URL": f"http://{LOOPBACK}:{self.proxies['receiver'].port}/events",
            "ACTIVA_WEBHOOKS__SECRETS": json.dumps([self.receiver.secret]),
        }

    def worker(self, number: int, root: Path = ROOT, passed_seconds: int = 0) -> Program:
        """Return a worker of some version as a program, by the right clock; see `worker_by_clock`."""
        port = free_port()
        return Program(
            name=f"worker {number}",
            command=("env", "-C", str(root), sys.executable, WORKER, str(root), str(passed_seconds), "0"),
            environment={**self.environment, "ACTIVA_WORKER__METRICS_ADDRESS": f"{LOOPBACK}:{port}"},
            ready=http_answers(port, "/metrics", containing="temporal_num_pollers"),
        )

    async def post(self, path: str, body: Json) -> int:
        """Return what the billing API answers; raises OSError where nobody does, or with a server's error."""
        addresses = Portal(
            session_secret=self.environment["ACTIVA_PORTAL__SESSION_SECRET"],
            issuer=self.environment["ACTIVA_PORTAL__ISSUER"],
            jwks=self.environment["ACTIVA_PORTAL__JWKS"],
            login_url=self.environment["ACTIVA_PORTAL__LOGIN_URL"],
            checkout_url=self.environment["ACTIVA_PORTAL__CHECKOUT_URL"],
        )
        token = api_token(read_key(self.settings.folder / "issuer-private.json"), addresses)
        url = f"http://{LOOPBACK}:{self.settings.portal_port}/api{path}"
        async with httpx.AsyncClient(timeout=20) as client:
            try:
                answer = await client.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
            except httpx.HTTPError as error:
                raise ConnectionError(f"portal: {type(error).__name__}") from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise ConnectionError(f"portal: {answer.status_code}")
        return answer.status_code


@asynccontextmanager
async def stand(folder: Path, workers: int, slow_seconds: float, older: Path | None) -> AsyncIterator[Stand]:
    """Run the parts; `older` is the root of the last worker's code where that is another version's."""
    settings, receiver = fresh_stack(folder), Receiver()
    found = {each.name: each for each in programs(settings, TIME_SKIPPING)}
    servers = {name: Part(found[name]) for name in SERVERS}
    async with AsyncExitStack() as running:
        await running.enter_async_context(receiving(receiver))
        ports = {"s3": settings.s3_port, "smtp": settings.smtp_port, "receiver": receiver.port}
        proxies = {name: Proxy(port, name == "smtp", slow_seconds) for name, port in ports.items()}
        for proxy in proxies.values():
            await running.enter_async_context(proxy.running())
        await running.enter_async_context(kept(servers))
        await _done(found["bootstrap"])
        made = Stand(settings, await _world(settings), proxies, receiver)
        portal = next(each for each in programs_with_portal(settings) if each.name == "portal")
        product = {"portal": Part(replace(portal, environment=made.environment))}
        for number in range(1, workers + 1):
            root = older if older is not None and number == workers else ROOT
            product[f"worker {number}"] = Part(made.worker(number, root))
        await running.enter_async_context(kept(product))
        made.parts = {**servers, **product}
        made.older = None if older is None else product[f"worker {workers}"]
        yield made


async def _done(program: Program) -> None:
    running = await RunningProgram.start(program)
    try:
        await running.until_ready()
    finally:
        await running.stop()


async def _world(settings: StackSettings) -> World:
    connection = await connect(settings, connections=CONNECTIONS)
    return World(
        client=connection.client,
        skipper=TimeSkipper(connection.client, config=TimeSkippingConfig(enabled=False)),
        objects=connection.objects,
        examiner=cast("LetterChecker", None),  # the workers examine
        mail_folder=settings.folder / "mail",
        settings=cast("Settings", None),
        begins=BEGINS,
    )
