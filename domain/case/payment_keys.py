"""Payments that a case has taken, known for ever: by sixteen characters each, once a key is no longer among the newest.

A payment that could be forgotten would buy another certificate when its message came again, however old it was.
"""

from typing import Final, Self

from domain.model import Model

WIDTH: Final = 16
"""Of a key's digest."""
MOST_KEPT: Final = 10_000
"""More than a company pays in its life; beyond it the oldest go, so that a flood does not fill the case."""


class PaymentKeys(Model):
    """The digests of `payment:…` keys and of `short:…` keys, one after the other, the oldest first."""

    payment: str = ""
    short: str = ""

    def knows(self, key: str) -> bool:
        """Tell whether a key is among them."""
        kind, digest = _parts(key)
        return bool(digest) and digest in _each(getattr(self, kind))

    def with_key(self, key: str) -> Self:
        """Return them with one more; a key of something else is none of theirs."""
        kind, digest = _parts(key)
        if not digest or self.knows(key):
            return self
        return self.model_copy(update={kind: (getattr(self, kind) + digest)[-WIDTH * MOST_KEPT :]})

    def without_key(self, key: str) -> Self:
        """Return them without a key."""
        kind, digest = _parts(key)
        if not digest:
            return self
        left = "".join(each for each in _each(getattr(self, kind)) if each != digest)
        return self.model_copy(update={kind: left})


def _parts(key: str) -> tuple[str, str]:
    """Return a key's kind and its digest; an empty one where it is none of a payment's."""
    kind, _, digest = key.partition(":")
    return kind, digest if kind in PaymentKeys.model_fields and len(digest) == WIDTH else ""


def _each(digests: str) -> list[str]:
    return [digests[at : at + WIDTH] for at in range(0, len(digests), WIDTH)]
