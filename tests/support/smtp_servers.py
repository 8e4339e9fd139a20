"""A mail server on loopback whose answers a test decides."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What the server took, and how it answers."""

    taken: list[Envelope] = field(default_factory=list)
    greeted_by: str | None = None
    answer_to_sender: str = "250 OK"
    answer_to_recipient: Callable[[str], str] = lambda _: "250 OK"
    answer_to_data: str = "250 OK"
    drop_after_data: bool = False
    drop_at_recipient: bool = False
    hang_after_data: asyncio.Event | None = None
    """Set to let go of the mails that it keeps waiting."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """A mail's text has come in."""
    takes_accents: bool = True

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(envelope.content, policy=policy.default) for envelope in self.taken]

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        envelope.mail_from, envelope.mail_options = address, options
        return self.answer_to_sender

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list
    ) -> str:
        if self.drop_at_recipient:
            server.transport.abort()
        answer = self.answer_to_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        self.greeted_by = session.host_name
        self.arrived.set()
        if self.answer_to_data.startswith("250"):
            self.taken.append(envelope)
        if self.drop_after_data:
            server.transport.abort()
        if self.hang_after_data:
            await self.hang_after_data.wait()
        return self.answer_to_data


@asynccontextmanager
async def serving(mailbox: Mailbox, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run the server and give its port; with a TLS context it takes mail after STARTTLS only."""

    def connection() -> SMTP:
        return SMTP(
            mailbox,
            hostname="localhost",
            enable_SMTPUTF8=mailbox.takes_accents,
            tls_context=tls,
            require_starttls=bool(tls),
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def self_signed(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context for 127.0.0.1, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "certificate.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return server, ssl.create_default_context(cadata=pem.decode())
