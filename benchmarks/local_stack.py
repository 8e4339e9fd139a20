"""The whole local stack on free ports and in a folder of its own, for as long as something is measured on it."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters import s3, temporal
from adapters.activations import Activations
from stack.local_settings import BUCKET
from stack.parts import parts_with_portal
from stack.ports import StackSettings
from stack.probes import LOOPBACK, free_port
from stack.process import RunningPart
from stack.servers import S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY


@asynccontextmanager
async def local_stack(*, worker: bool = True) -> AsyncIterator[tuple[StackSettings, Activations]]:
    """Run the stack, with or without its worker, and give its settings and the door to its cases."""
    async with AsyncExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory())
        ports = {name: free_port() for name in StackSettings.model_fields if name.endswith("_port")}
        stack = StackSettings().model_copy(update={**ports, "folder": Path(folder)})
        for part in parts_with_portal(stack):
            if part.name == "worker" and not worker:
                continue
            process = await RunningPart.start(part)
            running.push_async_callback(process.stop)
            await process.until_ready()
        store = s3.connect(
            endpoint_url=f"http://{LOOPBACK}:{stack.s3_port}",
            region="us-east-1",
            access_key_id=S3_ACCESS_KEY_ID,
            secret_access_key=S3_SECRET_ACCESS_KEY,
            connections=20,
        )
        client = await temporal.connect(address=f"{LOOPBACK}:{stack.temporal_port}")
        yield stack, Activations(client, s3.S3Objects(store, BUCKET))
