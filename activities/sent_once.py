"""Why a notice goes out once: a marker in the object store, claimed before sending and closed afterwards.

Temporal runs an activity at least once, and SMTP can't be asked whether it took a mail. So:
- of any number of attempts at the same time, one holds the claim and sends;
- an attempt that failed before the mail was taken gives its claim back, and the next one may try at once;
- an attempt that broke off, its end unknown, keeps others out for `GRACE`, then one more is made; how long that is goes
  by the store's clock, because workers' clocks can be wrong;
- when that breaks off too, the notice is closed as uncertain;
- where the server took it for one of two addresses, only the other is written to from then on.

Invariant: at most two attempts can have handed the mail over, and the second only after a crash or a lost answer.
"""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, Field

from activities.failures import RetryLaterError
from activities.ports import Objects
from domain.errors import StoreUnavailableError
from domain.model import Model
from domain.notices import Addressee

GRACE: Final = timedelta(minutes=5)
"""Longer than one attempt can take; see the mailer's time limits."""
RACE_PAUSE: Final = timedelta(seconds=5)
"""How long to leave whoever won a race alone before looking at what came of it."""
LAST_ATTEMPT: Final = 2

_JSON: Final = "application/json"


class State(StrEnum):
    """How far a notice has come."""

    CLAIMED = "claimed"
    RELEASED = "released"
    PARTLY = "partly"
    """Some addresses have it; the others are still to be tried."""
    SENT = "sent"
    UNCERTAIN = "uncertain"


class Marker(Model):
    """What the object store keeps about one notice: no name, no address."""

    state: State
    attempt: Annotated[int, Field(ge=1, le=LAST_ATTEMPT)]
    """How many attempts may have handed the mail over, the present one included."""
    claimed_at: AwareDatetime
    claim: str
    """Unique to one attempt, which knows its own marker by it."""
    message_id: str
    sent_at: AwareDatetime | None = None
    reached: tuple[str, ...] = ()
    """Digests of the addresses that have it: whatever is tried again, they are left out."""
    dead: tuple[Addressee, ...] = ()
    """Whose address was refused for good while another took it."""


@dataclass(frozen=True)
class Seen:
    """A marker as it was read, the version it had, and since when it had been so."""

    marker: Marker
    etag: str
    age: timedelta


class SentOnce:
    """The marker of one notice. Calls block."""

    def __init__(self, objects: Objects, key: str, message_id: str) -> None:
        """Hold where the marker lies and which mail it is about; nothing is read yet."""
        self._objects = objects
        self._key = key
        self._message_id = message_id

    def read(self) -> Seen | None:
        """Return the marker, or None when the notice was never tried."""
        found = self._objects.get(self._key)
        return None if found is None else Seen(Marker.model_validate_json(found.data), found.etag, found.age)

    def claim(self, seen: Seen | None, now: datetime) -> Marker:
        """Take the right to send; `seen` is what `read` answered a moment ago.

        Returns the claim, or the marker closed as uncertain when both attempts broke off.
        Raises RetryLaterError while another attempt may be under way.
        """
        if seen is None:
            return self._write(None, self._new(State.CLAIMED, 1, now))
        marker = seen.marker
        if marker.state in {State.RELEASED, State.PARTLY}:
            return self._write(seen, self._new(State.CLAIMED, marker.attempt, now, marker.reached))
        left = GRACE - seen.age
        if left > timedelta(0):
            raise RetryLaterError("another attempt to send this notice may be under way", left)
        if marker.attempt >= LAST_ATTEMPT:
            return self._write(seen, marker.model_copy(update={"state": State.UNCERTAIN}))
        return self._write(seen, self._new(State.CLAIMED, marker.attempt + 1, now, marker.reached))

    def close(self, claim: Marker, state: State, **learned: Any) -> None:
        """Write how the attempt that holds the claim ended, and what it learned.

        Does nothing when another attempt has taken over meanwhile, or when the store does not answer: the mail is where
        it is, and the claim that stays behind can cause one repeat at most.
        """
        with suppress(StoreUnavailableError):
            seen = self.read()
            if seen is not None and seen.marker.claim == claim.claim:
                closed = claim.model_copy(update={"state": state, **learned})
                self._objects.replace(self._key, _bytes(closed), _JSON, seen.etag)

    def _new(self, state: State, attempt: int, now: datetime, reached: tuple[str, ...] = ()) -> Marker:
        return Marker(
            state=state,
            attempt=attempt,
            claimed_at=now,
            claim=uuid.uuid4().hex,
            message_id=self._message_id,
            reached=reached,
        )

    def _write(self, over: Seen | None, marker: Marker) -> Marker:
        data = _bytes(marker)
        if over is None:
            won = self._objects.put_new(self._key, data, _JSON)
        else:
            won = self._objects.replace(self._key, data, _JSON, over.etag)
        # The store may have been asked twice, the first answer being lost: then the marker in the way is ours.
        if not won and ((standing := self.read()) is None or standing.marker != marker):
            raise RetryLaterError("another attempt to send this notice was faster", RACE_PAUSE)
        return marker


def _bytes(marker: Marker) -> bytes:
    return marker.model_dump_json().encode()
