"""Events handed to the billing backend over HTTP, signed as Standard Webhooks has it.

Invariant: only a 2xx counts as taken and only 410 as the receiver's wish to get no more; everything else, a redirect
included, may be tried again. Of the answer only the status is read: its size is no matter, and no text of it crosses.
"""

import asyncio
import functools
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
from standardwebhooks import Webhook

from adapters import spans
from domain.errors import WebhookNotTakenError

SECONDS: Final = 10
"""For everything from the name's look-up to the answer's status: an attempt must have ended before the next begins."""


@dataclass(frozen=True)
class HttpReceiver:
    """Delivers to one address, signing with every secret: with two, a receiver may change from one to the other."""

    url: str
    secrets: tuple[str, ...] = field(repr=False)
    seconds: float = SECONDS
    tls_context: ssl.SSLContext | None = None
    """None checks the receiver's certificate against the system's authorities."""

    async def take(self, event_id: str, sent_at: datetime, body: bytes) -> bool:
        """Hand an event over; False when the receiver is gone for good. Raises WebhookNotTakenError."""
        with spans.call("webhook POST"):
            return await self._taken(self._headers(event_id, sent_at.astimezone(UTC), body), body)

    async def _taken(self, headers: dict[str, str], body: bytes) -> bool:
        try:
            async with asyncio.timeout(self.seconds):
                status = await self._post(headers, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            raise WebhookNotTakenError(f"billing backend: no answer ({type(error).__name__})") from None
        if httpx.codes.is_success(status):
            return True
        if status == httpx.codes.GONE:
            return False
        raise WebhookNotTakenError(f"billing backend: answered {status}")

    async def _post(self, headers: dict[str, str], body: bytes) -> int:
        # Nothing is read from the environment: no proxy, no .netrc, no other authorities.
        client = httpx.AsyncClient(
            verify=self.tls_context or _system_authorities(),
            trust_env=False,
            follow_redirects=False,
            timeout=self.seconds,
        )
        async with client, client.stream("POST", self.url, headers=headers, content=body) as answer:
            return answer.status_code

    def _headers(self, event_id: str, sent_at: datetime, body: bytes) -> dict[str, str]:
        signatures = [Webhook(secret).sign(event_id, sent_at, body.decode()) for secret in self.secrets]
        return {
            "content-type": "application/json",
            "user-agent": "Activa",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(sent_at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


@functools.cache
def _system_authorities() -> ssl.SSLContext:
    return ssl.create_default_context()
