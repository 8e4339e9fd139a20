"""What is not allowed once people outside this machine are served. All of it is named at once, before anything starts.

Whether a deployment serves others is told by `ACTIVA_PORTAL_URL`, the address that mails link to, and by the address on
which portal and codec server listen: where all are on loopback, anything goes.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sealing import CodecServer
from settings import Portal, Settings, SettingsError

LEAST_DIFFERENT: Final = 12
"""Characters of a secret: 32 random hexadecimal digits have fewer once in a thousand times."""
_PUBLISHED: Final = ("not-a-secret", "secret", "changeme", "password", "example", "0123456789")
"""What stands in secrets that were copied from a document instead of drawn."""


def require_safe(settings: Settings, environment: Mapping[str, str], plain_temporal: str | None) -> None:
    """Raise SettingsError naming everything that may not be so; `plain_temporal` is a server without TLS and key."""
    wrong = list(_wrong(settings, environment, plain_temporal))
    if wrong:
        lines = "\n".join(f"  {each}" for each in wrong)
        raise SettingsError(f"These settings are not safe for {settings.portal_url}:\n{lines}")


def _wrong(settings: Settings, environment: Mapping[str, str], plain_temporal: str | None) -> Iterator[str]:
    portal, codec = settings.portal, settings.codec
    listens = [each.address for each in (portal, codec) if each is not None]
    if all(map(_is_local, (settings.portal_url, *listens))):
        return
    if not settings.portal_url.startswith("https://"):
        yield "ACTIVA_PORTAL_URL: must begin with https://"
    if not settings.smtp.starttls and not _is_local(settings.smtp.host):
        yield "ACTIVA_SMTP__STARTTLS: must be true; mails hold personal data"
    yield from _wrong_with_endpoints(settings)
    if plain_temporal is not None and not _is_local(plain_temporal):
        yield f"TEMPORAL_TLS or TEMPORAL_API_KEY: one must be set for the server at {plain_temporal}"
    url = settings.directory.url
    if url is not None and not _is_safe_database(url.get_secret_value()):
        yield "ACTIVA_DIRECTORY__URL: must say sslmode=verify-full, verify-ca or require; rows hold personal data"
    if settings.worker.confinement != "required":
        yield "ACTIVA_WORKER__CONFINEMENT: must be left out; uploads come from strangers"
    if portal is not None:
        yield from _wrong_with_portal(portal)
    yield from _wrong_with_codec(codec)
    if listens:
        yield from _wrong_with_proxies(environment.get("FORWARDED_ALLOW_IPS", ""))


def _wrong_with_endpoints(settings: Settings) -> Iterator[str]:
    endpoints = {"S3__ENDPOINT_URL": settings.s3.endpoint_url, "TRACES__ENDPOINT": settings.traces.endpoint}
    for name, url in endpoints.items():
        if url is not None and not url.startswith("https://") and not _is_local(url):
            yield f"ACTIVA_{name}: must begin with https://"


def _wrong_with_codec(codec: CodecServer | None) -> Iterator[str]:
    if codec is None:
        return
    if not codec.origin.startswith("https://"):
        yield "ACTIVA_CODEC__ORIGIN: must begin with https://"
    if "://" in codec.jwks and not codec.jwks.startswith("https://"):
        yield "ACTIVA_CODEC__JWKS: must begin with https://"


def _wrong_with_proxies(named: str) -> Iterator[str]:
    proxies = [each.strip() for each in named.split(",") if each.strip()]
    if not proxies:
        yield "FORWARDED_ALLOW_IPS: must name the proxy that ends TLS; without it everybody seems to be the proxy"
    if any(each == "*" or each.endswith("/0") for each in proxies):
        yield "FORWARDED_ALLOW_IPS: must not be everybody; whoever is named there says where others ask from"


def _wrong_with_portal(portal: Portal) -> Iterator[str]:
    addresses = {"LOGIN_URL": portal.login_url, "CHECKOUT_URL": portal.checkout_url}
    if "://" in portal.jwks:
        addresses["JWKS"] = portal.jwks
    if portal.staff_jwks is not None and "://" in portal.staff_jwks:
        addresses["STAFF_JWKS"] = portal.staff_jwks
    for name, url in addresses.items():
        if not url.startswith("https://"):
            yield f"ACTIVA_PORTAL__{name}: must begin with https://"
    for name in ("ISSUER", "AUDIENCE", "JWKS"):
        if getattr(portal, f"staff_{name.lower()}") in {None, getattr(portal, name.lower())}:
            yield f"ACTIVA_PORTAL__STAFF_{name}: must be set, and differ from ACTIVA_PORTAL__{name}"
    counted_in = portal.serving.counted_in
    if counted_in is not None and counted_in.get_secret_value().startswith("redis://"):
        yield "ACTIVA_PORTAL__SERVING__COUNTED_IN: must begin with rediss://; its password would be read on the way"
    if portal.development_key is not None:
        yield "ACTIVA_PORTAL__DEVELOPMENT_KEY: must be left out; it is for a portal on 127.0.0.1 only"
    yield from _wrong_with_secrets(portal.session_secrets)


def _wrong_with_secrets(secrets: tuple[str, ...]) -> Iterator[str]:
    if any(len(set(each)) < LEAST_DIFFERENT for each in secrets):
        yield f"ACTIVA_PORTAL__SESSION_SECRET: must be random; it has fewer than {LEAST_DIFFERENT} different characters"
    if any(word in each.lower() for each in secrets for word in _PUBLISHED):
        yield "ACTIVA_PORTAL__SESSION_SECRET: must be random; it is one that stands in a document"


def _is_safe_database(url: str) -> bool:
    modes = parse_qs(urlsplit(url).query).get("sslmode", [])
    return _is_local(url) or (bool(modes) and set(modes) <= {"verify-full", "verify-ca", "require"})


def _is_local(place: str) -> bool:
    """Tell whether an address or a host name is of this machine."""
    host = urlsplit(place if "//" in place else f"//{place}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
