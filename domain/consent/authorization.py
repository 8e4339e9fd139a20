"""The authorization to treat a person's data: its words, and the evidence that it was given.

Ley 1581 de 2012, art. 9: before the data are taken, informed, and by a means that can be consulted later. Decreto 1074
de 2015, art. 2.2.2.25.2.5: whoever treats them keeps the proof. Both as known on 2026-11-27; a lawyer's review waits.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, StringConstraints

from domain.contract import CompanyId, Sha256
from domain.letter.content import Lender
from domain.model import Model

TEXT_VERSION: Final = "2026-1"
"""Goes up with every change of the words below; who agreed to older ones is asked anew at the next change of data."""
TEXT: Final = (
    "Soy el titular de estos datos o tengo su autorización, y autorizo de manera previa, expresa e informada a "
    "{lender}, NIT {nit}, a tratarlos para hacer y conservar la carta, acreditar esta autorización, gestionar el "
    "certificado digital, enviar avisos de vencimiento y atender requerimientos de autoridad."
)

TextVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class Door(StrEnum):
    """Where an authorization was given: ticked on our own page, or to the lender, who says so."""

    PORTAL = "portal"
    BILLING = "billing"


class Authorization(Model):
    """That somebody authorized the treatment of a representative's data."""

    door: Door
    by: str
    """At the portal who ticked the box, by the digest of their session's subject; else who obtained it, as stated."""
    given_at: AwareDatetime
    """UTC."""
    text_version: TextVersion
    text: str | None = None
    """What stood beside the box; None where it was asked for elsewhere."""


class Evidence(Authorization):
    """An authorization, and the very data that it is about."""

    company_id: CompanyId
    representative_sha256: Sha256


def text_of(lender: Lender) -> str:
    """Return the words beside the box."""
    return TEXT.format(lender=lender.name, nit=lender.nit)


def ticked(lender: Lender, person: str, now: datetime) -> Authorization:
    """Return the authorization of whoever ticked the box; `person` is the digest of who that was."""
    return Authorization(door=Door.PORTAL, by=person, given_at=now, text_version=TEXT_VERSION, text=text_of(lender))


def evidence(given: Authorization, company_id: str, representative_sha256: str) -> Evidence:
    """Return what is kept of an authorization."""
    return Evidence(**dict(given), company_id=company_id, representative_sha256=representative_sha256)
