"""The codec server: opens encrypted payloads for Temporal's page and command line.

    python -m deploy.codec_server

Settings come from the environment (`python settings.py` lists them): the ring, the bucket, and `ACTIVA_CODEC__*`.
`--check` tells whether they are fit, and starts nothing.
"""

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial

from adapters import encryption, s3
from adapters.s3 import S3Objects
from adapters.temporal import leave_process
from audit_trail.trail import Trail
from deploy.codec_app import LONGEST_LIFE, REQUIRED, TYPES, Opener, build
from entry import AskedToStop, served
from health import Readiness
from portal.auth.issuer_keys import IssuerKeys
from portal.auth.signed_tokens import SignedTokens
from portal.web.connections import listening
from sealing import CodecServer
from serving import Serving
from settings import Settings, SettingsError, loaded


class CodecSettings(Settings):
    """The settings of the codec server."""

    codec: CodecServer


STORE_CONNECTIONS = 10
SERVING = Serving(connections=200, connections_per_address=100)
"""Staff, and a proxy before it."""


def opener(settings: CodecSettings) -> Opener:
    """Return what the server needs; raises SettingsError or RingError where there is no ring."""
    objects = S3Objects(s3.connect(**settings.s3.client_arguments(), connections=STORE_CONNECTIONS), settings.s3.bucket)
    codec = encryption.codec(settings.encryption, objects)
    if codec is None:
        raise SettingsError("ACTIVA_ENCRYPTION__RING must name the ring's file: there is nothing to open without it")
    wanted = settings.codec
    tokens = SignedTokens(
        IssuerKeys(wanted.jwks),
        _now,
        issuer=wanted.issuer,
        audience=wanted.audience,
        required=REQUIRED,
        longest_life=LONGEST_LIFE,
        types=TYPES,
    )
    say = _say if settings.audit.standard_output else _say_nothing
    readiness = Readiness({"bucket": partial(asyncio.to_thread, objects.require_bucket)})
    return Opener(codec, tokens, Trail(objects, _now, say, lock=settings.audit.lock), readiness)


async def serve(settings: CodecSettings) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests that run."""
    made = opener(settings)
    app = build(made, settings.codec.origin)
    async with made.trail.running():
        await AskedToStop(listening(app, settings.codec.address, SERVING)).serve()


def main() -> int:
    """Run the command; its exit status is `entry.served`'s."""
    return served(__doc__, partial(loaded, CodecSettings), serve)


def _now() -> datetime:
    return datetime.now(UTC)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _say_nothing(_: str) -> None:
    pass


if __name__ == "__main__":
    leave_process(main())
