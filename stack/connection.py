"""A connection to a local stack that runs, for programs beside it: its Temporal and its bucket."""

from typing import NamedTuple

from temporalio.client import Client

from adapters import s3, temporal
from adapters.activations import Activations
from adapters.encryption import codec as codec_for
from stack.encryption import encryption
from stack.local_settings import BUCKET
from stack.probes import LOOPBACK
from stack.servers import S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY
from stack.stack_settings import StackSettings


class Connection(NamedTuple):
    """Both ends of a stack."""

    client: Client
    objects: s3.S3Objects

    @property
    def cases(self) -> Activations:
        """The door to the cases."""
        return Activations(self.client, self.objects)


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
