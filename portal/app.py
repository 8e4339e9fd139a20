"""The portal: settings into adapters, adapters into pages. No logic of its own.

    python -m portal.app

Settings come from the environment (`python settings.py` lists them), Temporal's own from `TEMPORAL_*` and
`temporal.toml`. `--check` tells whether they are fit, and starts nothing.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from temporalio.client import Client

import tracing
from adapters import encryption, s3, temporal
from adapters.activations import Activations
from adapters.batches import Batches
from adapters.case_list import CaseList
from adapters.directory.entering import Entering
from adapters.directory.opening import opened
from adapters.s3 import S3Objects
from audit_trail.trail import Trail
from entry import AskedToStop, served
from health import Health, Readiness
from portal import desk, development, pages
from portal.api import access
from portal.api import app as api_app
from portal.api.dependencies import Api
from portal.auth.hand_off import Door, Issuer
from portal.auth.issuer_keys import IssuerKeys
from portal.auth.live_sessions import LiveSessions
from portal.auth.roles import STAFF, Role
from portal.auth.session import IDLE, Session, cookie_name, representative, staff, support
from portal.auth.signed_tokens import SignedTokens
from portal.cases.billing import Billing
from portal.cases.desk import Desk
from portal.cases.representative import Cases
from portal.pages import entry, letter
from portal.web import failures
from portal.web.asked import Asked
from portal.web.connections import FewAtOnce, listening
from portal.web.cursors import Cursors
from portal.web.dependencies import Portal
from portal.web.limits import Limits, store_at
from portal.web.protection import SEARCH, Bounded, Guarded, Headed, OneLength, policy
from portal.web.rendering import STATIC, Pages
from portal.web.rotating_sessions import RotatingSessions
from settings import Portal as Addresses
from settings import PortalSettings, load_portal

STORE_CONNECTIONS: Final = 50
LARGEST_BODY_BYTES: Final = 262_144
"""Of a form without files."""
LARGEST_OPEN_BODY_BYTES: Final = 16_384
"""Of what somebody without a session sends: a token and where to go."""
MOST_FIELDS: Final = 40
DESK: Final = "/soporte"
OPEN: Final = entry.OPEN | development.OPEN
"""Where somebody without a session may send something."""
A_LITTLE_MORE: Final = 1.1
"""Of the largest upload, with its wrapping: what is a little too large gets an answer of its own."""


class _Static(StaticFiles):
    """Static files whose address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if response.media_type == "image/svg+xml":
            response.headers["Content-Type"] = "image/svg+xml; charset=utf-8"
        return response


def build(client: Client, objects: S3Objects, settings: PortalSettings) -> FastAPI:
    """Return the application over a connection to Temporal and a bucket."""
    trail = _trail(objects, settings)
    table = opened(**settings.directory.place())
    addresses, activations = settings.portal, Activations(client, objects, trail, Entering(table))
    keys, limits, shown = _keys_at(addresses.jwks, addresses), _limits(addresses), _pages(settings)
    listed = CaseList(client)
    billing = Billing(activations, listed, objects, settings.policy)
    made_of = _api(billing, keys, limits, shown, trail, settings)
    api = api_app.build(made_of, hosts=(_host(settings), *addresses.api_hosts))
    app = FastAPI(
        title="Activa",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        form_limits={"max_fields": MOST_FIELDS, "max_files": 0},
        telemetry=tracing.of_requests(),
        middleware=_middleware(settings, api, trail, _readiness(client, objects)),
    )
    app.state.api = api
    app.state.portal = Portal(
        cases=Cases(activations, objects),
        door=Door(_issuers(addresses, keys), objects, _now),
        sessions=LiveSessions(objects),
        limits=limits,
        cursors=Cursors(addresses.session_secrets),
        pages=shown,
        trail=trail,
        addresses=addresses,
        upload_bytes=settings.upload_bytes,
        origin=settings.portal_url,
        now=_now,
    )
    failures.install(app)
    app.state.desk = Desk.over(activations, listed, Batches(client, trail), objects, table)
    for router in (*pages.ROUTERS, *desk.ROUTERS):
        app.include_router(router)
    development.install(app, addresses, billing)
    app.mount("/static", _Static(directory=STATIC))
    return app


def _pages(settings: PortalSettings) -> Pages:
    played = settings.portal.development_key is not None
    return Pages(settings.lender, settings.support_mail, settings.portal.login_url, played=played)


def _limits(addresses: Addresses) -> Limits:
    counted_in = addresses.serving.counted_in
    return Limits(addresses, None if counted_in is None else store_at(counted_in.get_secret_value()))


def _keys_at(place: str, addresses: Addresses) -> IssuerKeys:
    return IssuerKeys(place, stale_for=timedelta(hours=addresses.serving.stale_keys_hours))


def _issuers(addresses: Addresses, keys: IssuerKeys) -> tuple[Issuer, ...]:
    """Return who hands over representatives, and who staff; one issuer may do both on loopback only."""
    of_staff = (addresses.staff_issuer, addresses.staff_audience, addresses.staff_jwks)
    if of_staff == (None, None, None):
        return (Issuer(keys, addresses.issuer, addresses.audience, frozenset(Role)),)
    issuer, audience, jwks = of_staff
    staff_keys = keys if jwks is None else _keys_at(jwks, addresses)
    return (
        Issuer(keys, addresses.issuer, addresses.audience, frozenset(Role) - STAFF),
        Issuer(staff_keys, issuer or addresses.issuer, audience or addresses.audience, STAFF),
    )


def _trail(objects: S3Objects, settings: PortalSettings) -> Trail:
    say = _say if settings.audit.standard_output else _say_nothing
    return Trail(objects, _now, say, lock=settings.audit.lock)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _say_nothing(_: str) -> None:
    pass


def _api(
    billing: Billing, keys: IssuerKeys, limits: Limits, shown: Pages, trail: Trail, settings: PortalSettings
) -> Api:
    return Api(
        billing=billing,
        tokens=SignedTokens(
            keys,
            _now,
            issuer=settings.portal.issuer,
            audience=settings.portal.api_audience,
            required=access.REQUIRED,
            longest_life=access.LONGEST_LIFE,
            types=access.TYPES,
        ),
        cursors=Cursors(settings.portal.session_secrets),
        limits=limits,
        pages=shown,
        trail=trail,
        origin=settings.portal_url,
        now=_now,
    )


def _readiness(client: Client, objects: S3Objects) -> Readiness:
    return Readiness(
        {
            "temporal": partial(temporal.require_namespace, client),
            "bucket": partial(asyncio.to_thread, objects.require_bucket),
        }
    )


def _middleware(settings: PortalSettings, api: FastAPI, trail: Trail, readiness: Readiness) -> list[Middleware]:
    """Return what every request passes through, the outermost first."""
    secure = settings.portal_url.startswith("https://")
    return [
        Middleware(Asked, trail=trail),
        Middleware(Headed, content_policy=policy(settings.portal.checkout_url), secure=secure),
        Middleware(OneLength),
        Middleware(Health, readiness=readiness),
        Middleware(FewAtOnce, most=settings.portal.serving.connections_per_address),
        Middleware(api_app.Apart, api=api),
        Middleware(TrustedHostMiddleware, allowed_hosts=[_host(settings)]),
        Middleware(
            RotatingSessions,
            secrets=settings.portal.session_secrets,
            session_cookie=cookie_name(secure=secure),
            max_age=int(IDLE.total_seconds()),
            https_only=secure,
        ),
        Middleware(failures.Caught, answer=failures.answer),
        Middleware(Guarded, origin=settings.portal_url, admitting=_admitting),
        Middleware(
            Bounded,
            limit_bytes=LARGEST_BODY_BYTES,
            others={
                **dict.fromkeys(OPEN, LARGEST_OPEN_BODY_BYTES),
                letter.UPLOADS: int(settings.upload_bytes * A_LITTLE_MORE) + LARGEST_BODY_BYTES,
            },
        ),
    ]


def _host(settings: PortalSettings) -> str:
    return urlsplit(settings.portal_url).hostname or "127.0.0.1"


def _admitting(path: str) -> Callable[[Request], Awaitable[Session]] | None:
    """Return what admits those who may send something to a path; None where everybody may."""
    if path in OPEN:
        return None
    if path == SEARCH:
        return staff
    return support if path == DESK or path.startswith(f"{DESK}/") else representative


async def serve(settings: PortalSettings) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests that run."""
    # The default has six threads on a small machine, and every one may wait for the store.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(STORE_CONNECTIONS, thread_name_prefix="store"))
    objects = S3Objects(s3.connect(**settings.s3.client_arguments(), connections=STORE_CONNECTIONS), settings.s3.bucket)
    codec = encryption.codec(settings.encryption, objects)
    with tracing.traced(settings.traces, "activa-portal"):
        client = await temporal.connect(codec=codec, runtime=temporal.runtime(), interceptors=tracing.interceptors())
        app = build(client, objects, settings)
        async with app.state.portal.trail.running(), app.state.desk.directory.running():
            await AskedToStop(listening(app, settings.portal.address, settings.portal.serving)).serve()


def main() -> int:
    """Run the command; its exit status is `entry.served`'s."""
    return served(__doc__, load_portal, serve)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    temporal.leave_process(main())
