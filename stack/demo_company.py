"""`python -m stack.demo_company`: start the demo company's case and report step 1, as a lender's billing backend does.

The company has finished step 1 in its lender's product. A case that was there before is left as it is.
"""

import asyncio
import sys

from adapters import encryption, s3, temporal
from adapters.activations import Activations
from adapters.directory.entering import Entering
from adapters.directory.opening import opened
from adapters.temporal import leave_process
from domain.errors import ActivaError
from domain.messages.models import StepCompleted
from settings import Settings, load
from stack.life import BACKEND, COMPANY

PROFILE_STEP = 1


async def begin(cases: Activations, settings: Settings) -> None:
    """Start the case and report its step 1."""
    started = await cases.start(COMPANY, settings.policy)
    if started.started:
        await cases.signal(COMPANY.company_id, "step_completed", StepCompleted(step=PROFILE_STEP, by=BACKEND))


async def _connected() -> None:
    settings = load()
    objects = s3.S3Objects(s3.connect(**settings.s3.client_arguments(), connections=1), settings.s3.bucket)
    client = await temporal.connect(codec=encryption.codec(settings.encryption, objects))
    # A directory that all share is told by whoever stores a company; one in a file follows the bucket.
    shared = None if settings.directory.url is None else Entering(opened(**settings.directory.place()))
    await begin(Activations(client, objects, directory=shared), settings)


def main() -> int:
    """Run the command; 1 when the case could not be started."""
    try:
        asyncio.run(_connected())
    except ActivaError as error:
        sys.stderr.write(f"The demo company's case can't be started: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    leave_process(main())
