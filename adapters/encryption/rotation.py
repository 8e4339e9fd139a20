"""What is done to all companies' keys, or to one for good: wrap them anew, count them, erase one. Calls block."""

import base64
from collections import Counter
from dataclasses import dataclass

from adapters.encryption.data_keys import JSON, SHARED, WrappedKey, read_wrapped
from adapters.encryption.ring import Ring
from adapters.encryption.shelf import Shelf
from domain.bucket import KEYS, company_of_wrapped_key, wrapped_key
from domain.model import canonical_bytes


@dataclass
class Rewrapped:
    """What wrapping anew came to."""

    rewrapped: int = 0
    already: int = 0


def rewrap(objects: Shelf, ring: Ring) -> Rewrapped:
    """Wrap every company's key by the ring's newest; the keys themselves stay, and so does what they have encrypted.

    May be broken off and run again, beside everything else. Raises RetiredKeyError at the first one that the ring can't
    unwrap.
    """
    done, newest = Rewrapped(), ring.newest
    for key, _ in objects.list(KEYS):
        if _rewrapped(objects, ring, newest, company_of_wrapped_key(key)):
            done.rewrapped += 1
        else:
            done.already += 1
    return done


def _rewrapped(objects: Shelf, ring: Ring, newest: str, company_id: str) -> bool:
    while (found := read_wrapped(objects, company_id)) is not None:
        old, etag = found
        if old.wrapped_by == newest:
            return False
        secret = ring.unwrap(old.wrapped_by, old.wrapped, company_id, old.id)
        ring_id, wrapped = ring.wrap(secret, company_id, old.id)
        anew = WrappedKey(id=old.id, wrapped_by=ring_id, wrapped=base64.b64encode(wrapped))
        if objects.replace(wrapped_key(company_id), canonical_bytes(anew), JSON, etag):
            return True
    return False  # erased meanwhile


def wrapped_by(objects: Shelf) -> Counter[str]:
    """Return how many keys each key of the ring has wrapped."""
    found = (read_wrapped(objects, company_of_wrapped_key(key)) for key, _ in objects.list(KEYS))
    return Counter(each[0].wrapped_by for each in found if each is not None)


def erase_wrapped_by(objects: Shelf, ring_id: str) -> int:
    """Erase every key that a lost key of the ring has wrapped, the shared one too; return how many those were."""
    lost = [key for key, _ in objects.list(KEYS) if _is_wrapped_by(objects, company_of_wrapped_key(key), ring_id)]
    for key in lost:
        objects.remove_versions(key)
    return len(lost)


def _is_wrapped_by(objects: Shelf, company_id: str, ring_id: str) -> bool:
    found = read_wrapped(objects, company_id)
    return found is not None and found[0].wrapped_by == ring_id


def erase(objects: Shelf, company_id: str) -> int:
    """Erase a company's key in all its versions, and return how many those were.

    Nothing that was encrypted under it can be read any more, but by processes that hold the key for minutes still. A
    message to the company afterwards begins with a new key.
    """
    if company_id == SHARED:
        raise ValueError("the shared key is no company's")
    return objects.remove_versions(wrapped_key(company_id))
