"""How the headers of a mail are folded.

The standard library's policy loses a space where it breaks a Spanish subject between two encoded words, and makes some
of them longer than the 75 characters that RFC 2047 allows (CPython 144156, 78206). Its older `Header` does neither.
"""

from email.header import Header
from email.headerregistry import AddressHeader
from email.policy import EmailPolicy
from typing import Any, Final, cast

LINE: Final = 76
_FOR_MACHINES: Final = frozenset({"x-entity-ref-id", "list-unsubscribe"})
_LONGEST_PLAIN_WORD: Final = 60


class MailPolicy(EmailPolicy):
    """The library's rules, but for what people read, and for a long header for machines, which stays one line."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as it travels."""
        if name.lower() in _FOR_MACHINES:
            return f"{name}: {value}\r\n".encode("ascii")
        if name.lower() == "subject":
            return f"{name}: {_encoded(name, str(value))}\r\n".encode("ascii")
        if name.lower() == "from":
            [sender] = cast("AddressHeader", value).addresses
            if not sender.display_name.isascii():
                name_lines = _encoded(name, sender.display_name)
                return f"{name}: {name_lines}\r\n <{sender.addr_spec}>\r\n".encode("ascii")
        return super().fold_binary(name, value)


def _encoded(name: str, text: str) -> str:
    words = text.split(" ")
    plain = text.isascii() and text.isprintable() and all(len(each) <= _LONGEST_PLAIN_WORD for each in words)
    charset = "us-ascii" if plain else "utf-8"
    return Header(text, charset=charset, header_name=name, maxlinelen=LINE).encode(linesep="\r\n")
