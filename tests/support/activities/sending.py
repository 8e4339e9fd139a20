"""A notice to send, a mailer whose answers a test decides, and a clock that it moves."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from adapters.s3 import S3Object, S3Objects
from domain.bucket import notice_key
from domain.errors import MailboxRefusedError, MailUnavailableError
from domain.mail import OutgoingMail, Recipient, TakenMail
from domain.notices import Addressee, NoticeKind, ProfileRefs, SendNotice
from tests.support.mails.notices import a_notice

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
COMPANY = {"legal_name": "Comercial Andina S.A.S.", "email": "contabilidad@andina.com.co", "nit": "900373115-3"}
REPRESENTATIVE = {"full_name": "María Pérez", "email": "maria.perez@andina.com.co", "document_number": "52123456"}
JSON = "application/json"
COMPANY_SHA = hashlib.sha256(json.dumps(COMPANY).encode()).hexdigest()
REPRESENTATIVE_SHA = hashlib.sha256(json.dumps(REPRESENTATIVE).encode()).hexdigest()
BOTH: tuple[Addressee, ...] | None = None
"""What an answer says where everybody was reached."""
RECIPIENT = Recipient(COMPANY["legal_name"], COMPANY["email"], REPRESENTATIVE["full_name"], REPRESENTATIVE["email"])


class Clock:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class ByClock:
    """A store whose own clock is the test's: an object is as old as the test has moved it since it was written."""

    def __init__(self, objects: S3Objects, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock
        self._written: dict[str, datetime] = {}

    def get(self, key: str, limit_bytes: int | None = None) -> S3Object | None:
        found = self._objects.get(key, limit_bytes)
        return found and replace(found, age=self._clock() - self._written.get(key, self._clock()))

    def put(self, key: str, data: bytes, content_type: str) -> None:
        self._objects.put(key, data, content_type)
        self._written[key] = self._clock()

    def put_new(self, key: str, data: bytes, content_type: str) -> bool:
        return self._noted(key, self._objects.put_new(key, data, content_type))

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:
        return self._noted(key, self._objects.replace(key, data, content_type, etag))

    def _noted(self, key: str, written: bool) -> bool:
        if written:
            self._written[key] = self._clock()
        return written


class Outbox:
    """A mailer that takes every mail, and then does what the test has in mind."""

    def __init__(self) -> None:
        self.taken: list[OutgoingMail] = []
        self.before: Exception | None = None
        """Raised instead of taking the mail."""
        self.after: BaseException | None = None
        """Raised once the mail is taken, as a crash or a lost answer would."""
        self.later: set[str] = set()
        """Addresses that take no mail for now."""
        self.dead: set[str] = set()

    async def send(self, outgoing: OutgoingMail, _sent_at: datetime) -> TakenMail:
        if self.before:
            raise self.before
        self.taken.append(outgoing)
        if self.after:
            raise self.after
        later, dead = (tuple(each for each in outgoing.to if each in some) for some in (self.later, self.dead))
        if later + dead == outgoing.to:
            self.taken.pop()
            raise MailUnavailableError("451") if later else MailboxRefusedError("550")
        return TakenMail(later=later, dead=dead)


def request(kind: NoticeKind = NoticeKind.LOAN_REMINDER, representative: str | None = REPRESENTATIVE_SHA, **changes):
    refs = ProfileRefs(company_sha256=COMPANY_SHA, representative_sha256=representative)
    return SendNotice(notice=a_notice(kind, **changes), profiles=refs)


def marker(objects: S3Objects, key: str = "loan_reminder-1") -> dict:
    return json.loads(objects.get(notice_key("C1001", key)).data)
