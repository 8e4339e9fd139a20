"""What a person reads in a header is what was written, however it is folded."""

import random
import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from adapters.mail_headers import MailPolicy

WORDS = [
    *("Año", "Diseño", "Cía.", "Transportes", "Ñandú", "&", "Hijos", "S.A.S.", "Panadería", "La", "Espiga", "3M"),
    *("José", "María", "Nariño", "Compañía", "Ltda.", "de", "la", "y", "E.S.P.", "Construcciones", "Ingeniería"),
    *("Eléctrica", "Bogotá", "D.C.", "Asociación", "«Los", "Pequeños»", "Gigantes", "100%", "(antes:", "O'Brien)"),
]
PHRASES = ("Estamos revisando tu carta firmada", "Tu certificado en préstamo vence mañana", "Pago recibido", "Re:")


def names(number: int, seed: int) -> list[str]:
    """Return legal names of up to 250 characters."""
    rng = random.Random(seed)  # noqa: S311  # the same names each time
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 40)))[:250].strip() for _ in range(number)]


def travelled(message: EmailMessage) -> tuple[bytes, EmailMessage]:
    raw = message.as_bytes()
    return raw.partition(b"\r\n\r\n")[0], message_from_bytes(raw, policy=policy.default)


def check_lines(raw: bytes) -> None:
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert [each for each in re.findall(rb"=\?.*?\?=", raw) if len(each) > 75] == []
    assert [each for each in raw.split(b"\r\n") if len(each) > 78] == []


@pytest.mark.parametrize("utf8", [False, True])
def test_a_subject_arrives_as_it_was_written(utf8: bool) -> None:
    for number, name in enumerate(names(4000, seed=11)):
        subject = f"{PHRASES[number % len(PHRASES)]} · {name}"
        message = EmailMessage(policy=MailPolicy(linesep="\r\n", utf8=utf8))
        message["Subject"] = subject
        raw, arrived = travelled(message)
        assert arrived["Subject"] == subject
        check_lines(raw)


def test_a_senders_name_arrives_as_it_was_written() -> None:
    for name in names(1000, seed=12):
        message = EmailMessage(policy=MailPolicy(linesep="\r\n"))
        message["From"] = Address(name, addr_spec="avisos@lender.example")
        raw, arrived = travelled(message)
        [sender] = arrived["From"].addresses
        assert sender.addr_spec == "avisos@lender.example"
        if not name.isascii():
            # The library's own reader of addresses puts spaces between encoded words; its older one does not.
            phrase = message_from_bytes(raw, policy=policy.compat32)["From"].rpartition("<")[0]
            assert str(make_header(decode_header(phrase))).strip() == name
            check_lines(raw)


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("x" * 250, id="one long word"),
        pytest.param("ñ" * 250, id="one long word with accents"),
        pytest.param("a" * 74 + " b", id="a word as long as a line"),
    ],
)
def test_an_odd_subject_arrives_as_it_was_written(subject: str) -> None:
    message = EmailMessage(policy=MailPolicy(linesep="\r\n"))
    message["Subject"] = subject
    raw, arrived = travelled(message)
    assert arrived["Subject"] == subject
    check_lines(raw)


def test_a_subject_that_hides_a_line_break_adds_no_header() -> None:
    message = EmailMessage(policy=MailPolicy(linesep="\r\n"))
    message["Subject"] = "=?utf-8?q?Hola=0D=0ABcc:_otro@example.co?="
    raw, arrived = travelled(message)
    assert arrived.keys() == ["Subject"]
    assert b"\nBcc" not in raw
