"""A connection to a local stack that runs, for programs beside it: its Temporal and its bucket."""

import time
from datetime import timedelta
from typing import Final, NamedTuple

from temporalio.client import Client

from adapters import s3, temporal
from adapters.activations import Activations, Json
from adapters.encryption import codec as codec_for
from domain.errors import NoWorkerError
from stack.encryption import encryption
from stack.local_settings import BUCKET
from stack.probes import LOOPBACK
from stack.servers import S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY
from stack.stack_settings import StackSettings

ANSWERS_WITHIN: Final = timedelta(seconds=120)
_ASK_EVERY: Final = timedelta(seconds=15)


class PatientActivations(Activations):
    """The door to cases on a machine that many programs share, where an answer may take longer than people wait."""

    async def status(self, company_id: str, *, within: timedelta = ANSWERS_WITHIN) -> Json:
        """Ask again while nobody says anything: a question that meets a worker's end gets no answer."""
        until = time.monotonic() + within.total_seconds()
        while True:
            left, asked_at = until - time.monotonic(), time.monotonic()
            try:
                return await super().status(company_id, within=min(_ASK_EVERY, timedelta(seconds=max(left, 0.1))))
            except NoWorkerError:
                was_silent = time.monotonic() - asked_at > _ASK_EVERY.total_seconds() / 2
                if not was_silent or left <= _ASK_EVERY.total_seconds():
                    raise


class Connection(NamedTuple):
    """Both ends of a stack."""

    client: Client
    objects: s3.S3Objects

    @property
    def cases(self) -> PatientActivations:
        """The door to the cases."""
        return PatientActivations(self.client, self.objects)


async def connect(stack: StackSettings, *, connections: int = 4) -> Connection:
    """Return a connection, with so many calls to S3 at a time."""
    store = s3.connect(
        endpoint_url=f"http://{LOOPBACK}:{stack.s3_port}",
        region="us-east-1",
        access_key_id=S3_ACCESS_KEY_ID,
        secret_access_key=S3_SECRET_ACCESS_KEY,
        connections=connections,
    )
    objects = s3.S3Objects(store, BUCKET)
    codec = codec_for(encryption(stack), objects)
    return Connection(await temporal.connect(address=f"{LOOPBACK}:{stack.temporal_port}", codec=codec), objects)
