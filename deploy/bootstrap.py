"""`python -m deploy.bootstrap`: create what a new environment needs; run it before the first worker and at will.

Prints one JSON object with what was done, messages on standard error. Exit 0 done, 2 something must be corrected (each
thing named), 4 a server can't be reached. What could be done is done in every case.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, NoReturn

import typer

from adapters import s3, temporal
from deploy.bucket import BucketRefusedError, ensure_bucket
from deploy.namespace import DEFAULT_RETENTION, ensure_namespace, ensure_search_attributes
from domain.errors import ServiceUnavailableError, TemporalSettingsError
from settings import SettingsError, load

__all__ = ["DEFAULT_RETENTION", "ensure_bucket", "ensure_namespace", "ensure_search_attributes", "prepare_temporal"]

DONE = 0
MUST_BE_CORRECTED = 2
UNREACHABLE = 4


async def prepare_temporal(retention: timedelta = DEFAULT_RETENTION) -> dict[str, object]:
    """Create namespace and search attributes where the client settings point; return what was done."""
    client = await temporal.connect()
    return {
        "namespace": {client.namespace: await ensure_namespace(client, retention)},
        "search_attributes": await ensure_search_attributes(client),
    }


def main(
    retention_days: Annotated[
        int, typer.Option(min=1, max=3660, help="How long a new namespace keeps closed cases.")
    ] = DEFAULT_RETENTION.days,
) -> None:
    """Create the bucket, the Temporal namespace and its search attributes; safe to run again."""
    try:
        settings = load()
    except SettingsError as error:
        _end(MUST_BE_CORRECTED, str(error))
    steps: tuple[Callable[[], dict[str, object]], ...] = (
        lambda: {
            "s3": {
                settings.s3.bucket: ensure_bucket(
                    s3.connect(**settings.s3.client_arguments(), connections=1),
                    settings.s3.bucket,
                    locks=settings.audit.lock_days > 0 or settings.retention.lock_letters,
                    retention=settings.retention,
                )
            }
        },
        lambda: asyncio.run(prepare_temporal(timedelta(days=retention_days))),
    )
    done: dict[str, object] = {}
    refused: list[str] = []
    unreachable: list[str] = []
    for step in steps:
        try:
            done |= step()
        except (TemporalSettingsError, BucketRefusedError) as error:
            refused.append(str(error))
        except ServiceUnavailableError as error:
            unreachable.append(str(error))
    sys.stdout.write(json.dumps(done) + "\n")
    status = MUST_BE_CORRECTED if refused else UNREACHABLE if unreachable else DONE
    _end(status, *refused, *unreachable)


def _end(status: int, *messages: str) -> NoReturn:
    for message in messages:
        sys.stderr.write(message + "\n")
    temporal.leave_process(status)


if __name__ == "__main__":
    typer.run(main)
