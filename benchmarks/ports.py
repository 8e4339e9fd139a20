"""The world of a case without its noise: an object store in memory, a mailer that takes everything."""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.letter.examination import Examination, LetterOnRecord, Verdict
from domain.mail import Mail, OutgoingMail, Recipient, TakenMail
from domain.notices import Notice

NO_TIME = timedelta(0)


@dataclass(frozen=True)
class MemoryObject:
    """An object as it was read."""

    data: bytes
    etag: str
    stored_at: datetime
    age: timedelta = NO_TIME

    @property
    def size_bytes(self) -> int:
        """The whole object's size."""
        return len(self.data)


@dataclass
class MemoryObjects:
    """The product's object store in a dictionary."""

    kept: dict[str, MemoryObject] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, limit_bytes: int | None = None) -> MemoryObject | None:  # noqa: ARG002  # files are small
        """Return the object, or None when there is none."""
        return self.kept.get(key)

    def put(self, key: str, data: bytes, content_type: str) -> None:  # noqa: ARG002  # nobody asks for the type
        """Write the object."""
        self.kept[key] = MemoryObject(data, hashlib.sha256(data).hexdigest(), datetime.now(UTC))

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        """Write the object unless the key is taken."""
        with self.lock:
            if key in self.kept:
                return False
            self.put(key, data, content_type)
            return True

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:
        """Write the object if it still is the version named."""
        with self.lock:
            if key not in self.kept or self.kept[key].etag != etag:
                return False
            self.put(key, data, content_type)
            return True


class AcceptsAll:
    """An examiner that looks at nothing."""

    def examine(self, files: Sequence[bytes], size_bytes: int, letter: LetterOnRecord) -> Examination:  # noqa: ARG002
        """Accept the letter."""
        return Examination(verdict=Verdict.ACCEPTED)

    def flatten(self, data: bytes, limit_bytes: int) -> bytes | None:  # noqa: ARG002
        """Draw nothing."""
        return None


class TakesAll:
    """A mailer that sends nothing."""

    async def send(self, outgoing: OutgoingMail, sent_at: datetime) -> TakenMail:  # noqa: ARG002
        """Take the mail."""
        return TakenMail()


def brief(notice: Notice, recipient: Recipient | None) -> Mail:  # noqa: ARG001
    """Write next to nothing."""
    return Mail(subject=notice.kind, text=notice.key, html=notice.key)
