"""The ring that `ACTIVA_ENCRYPTION__RING` names, and the companies' keys that it wraps.

    python -m deploy.keys add 2027-01
    python -m deploy.keys add 2027-01 --kms arn:aws:kms:us-east-1:123456789012:key/...
    python -m deploy.keys promote 2027-01
    python -m deploy.keys rewrap
    python -m deploy.keys retire 2026-11
    python -m deploy.keys list
    python -m deploy.keys erase C1001

`add` makes the ring where there is none; an added key wraps nothing before it is promoted. `erase` makes a closed
case's history unreadable for good. Prints one JSON object. Exit 0 done, 2 for wrong input or settings, 4 when a server
can't be reached.
"""

import argparse
import asyncio
import base64
import json
import secrets
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from adapters import s3, temporal
from adapters.activations import Activations
from adapters.encryption.ring import Ring, RingKey, RingKeys, read_ring, write_ring
from adapters.encryption.rotation import erase, erase_wrapped_by, rewrap, wrapped_by
from adapters.encryption.sealing import KEY_BYTES
from adapters.s3 import S3Objects
from audit_trail.commands import recorded
from domain.contract import is_company_id
from domain.errors import ActivaError, CaseNotFoundError, ServiceUnavailableError
from entry import UNREACHABLE, WRONG_SETTINGS
from settings import Settings, SettingsError, load


class KeysInputError(ActivaError):
    """What was asked for can't be done to this ring; the text says what to do first."""


def main() -> int:
    """Run the command."""
    try:
        answer = asyncio.run(run(load(), *sys.argv[1:]))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_SETTINGS
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


async def run(settings: Settings, *arguments: str) -> dict[str, Any]:
    """Return what the command prints."""
    options = _parser().parse_args(arguments)
    path = settings.encryption.ring
    if path is None:
        raise SettingsError("ACTIVA_ENCRYPTION__RING must name the ring's file")
    objects = S3Objects(s3.connect(**settings.s3.client_arguments(), connections=4), settings.s3.bucket)
    if options.action == "erase":
        await _require_closed(options.company_id, objects)
    async with recorded(objects, lambda: datetime.now(UTC), settings.audit.lock) as trail:
        if options.action != "list":
            named = vars(options)
            await trail.before(f"keys_{options.action}", named.get("company_id"), named.get("id"))
        return await asyncio.to_thread(_ACTIONS[options.action], path, objects, options)


def _add(path: Path, _: S3Objects, options: Namespace) -> dict[str, Any]:
    known = read_ring(path).keys if path.exists() else ()
    drawn = None if options.kms else base64.b64encode(secrets.token_bytes(KEY_BYTES))
    try:
        ring = RingKeys(keys=(*known, RingKey(id=options.id, aes256=drawn, kms=options.kms)))
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        raise KeysInputError("; ".join(each["msg"] for each in problems)) from None
    write_ring(path, ring)
    return _shown(ring)


def _promote(path: Path, _: S3Objects, options: Namespace) -> dict[str, Any]:
    ring = read_ring(path)
    first = [each for each in ring.keys if each.id == options.id]
    if not first:
        raise KeysInputError(f"the ring has no key {options.id}; it has {', '.join(each.id for each in ring.keys)}")
    promoted = RingKeys(keys=(*first, *(each for each in ring.keys if each.id != options.id)))
    write_ring(path, promoted)
    return _shown(promoted)


def _rewrap(path: Path, objects: S3Objects, _: Namespace) -> dict[str, Any]:
    ring = Ring(path)
    done = rewrap(objects, ring)
    return {"newest": ring.newest, "rewrapped": done.rewrapped, "already": done.already}


def _retire(path: Path, objects: S3Objects, options: Namespace) -> dict[str, Any]:
    ring = read_ring(path)
    left = tuple(each for each in ring.keys if each.id != options.id)
    if not left:
        raise KeysInputError(f"{options.id} is the only key: add and promote another one first")
    needing = wrapped_by(objects)[options.id]
    if needing and not options.lost:
        raise KeysInputError(
            f"{options.id} still wraps {needing} companies' keys: promote another one and run "
            "`python -m deploy.keys rewrap` first; --lost gives them up"
        )
    given_up = erase_wrapped_by(objects, options.id) if needing else 0
    write_ring(path, RingKeys(keys=left))
    return {**_shown(RingKeys(keys=left)), "given_up": given_up}


def _list(path: Path, objects: S3Objects, _: Namespace) -> dict[str, Any]:
    wrapped = wrapped_by(objects)
    ring = [each.id for each in read_ring(path).keys]
    return {"ring": ring, "wraps": dict(sorted(wrapped.items())), "missing": sorted(set(wrapped) - set(ring))}


def _erase(_: Path, objects: S3Objects, options: Namespace) -> dict[str, Any]:
    return {"company_id": options.company_id, "versions": erase(objects, options.company_id)}


async def _require_closed(company_id: str, objects: S3Objects) -> None:
    if not is_company_id(company_id):
        raise KeysInputError("a company id has 1 to 64 letters, digits, - or _, as in C1001")
    try:
        await Activations(await temporal.connect(), objects).require(company_id)
    except CaseNotFoundError:
        return
    raise KeysInputError(f"the case of {company_id} is open and could not go on: close it first")


_ACTIONS: Final[dict[str, Callable[[Path, S3Objects, Namespace], dict[str, Any]]]] = {
    "add": _add,
    "promote": _promote,
    "rewrap": _rewrap,
    "retire": _retire,
    "list": _list,
    "erase": _erase,
}


def _shown(ring: RingKeys) -> dict[str, Any]:
    return {"ring": [each.id for each in ring.keys]}


def _parser() -> ArgumentParser:
    parser = ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="add a key, known to all and used by none yet")
    add.add_argument("id")
    add.add_argument("--kms", metavar="ARN", help="a key of AWS KMS instead of one in the file")
    actions.add_parser("promote", help="let a key wrap what is new from now on").add_argument("id")
    actions.add_parser("rewrap", help="wrap every company's key by the newest key")
    retire = actions.add_parser("retire", help="take a key out that wraps nothing any more")
    retire.add_argument("id")
    retire.add_argument("--lost", action="store_true", help="nobody has it: erase the companies' keys it still wraps")
    actions.add_parser("list", help="tell the ring, and how many companies' keys each key wraps")
    actions.add_parser("erase", help="erase the key of a company whose case is closed").add_argument("company_id")
    return parser


if __name__ == "__main__":
    temporal.leave_process(main())
