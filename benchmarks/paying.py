"""From a payment's signal until its case says that it is paid."""

import asyncio
import contextlib
import math
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from adapters.activations import Activations
from domain.case.policy import Policy
from domain.errors import ServiceUnavailableError
from domain.messages.models import PaymentConfirmed

PATIENCE: Final = timedelta(seconds=120)
"""For one answer: a busy machine makes figures bad, and must not break the measurement."""


async def pay(cases: Activations, company_id: str) -> float:
    """Pay for one company, and return the milliseconds until its case says so."""
    began = time.perf_counter()
    payment = PaymentConfirmed(reference="FV-77", amount_cop=Policy().total_cop, by="billing")
    while True:
        with contextlib.suppress(ServiceUnavailableError):  # it is late then, and is sent again
            await cases.signal(company_id, "payment_confirmed", payment)
            break
    while not (await cases.status(company_id, within=PATIENCE))["payment"]["paid"]:  # noqa: ASYNC110  # it has no event outside the case
        await asyncio.sleep(0.005)
    return (time.perf_counter() - began) * 1000


def slowest_but_one_of_a_hundred(took: Sequence[float]) -> float:
    """Return within which time all but one of a hundred are done."""
    return sorted(took)[math.ceil(0.99 * len(took)) - 1]
