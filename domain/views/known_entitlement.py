"""What a company may sign with, told from its search attributes alone: an answer that needs no worker.

The attributes are as old as the case's last change of stage. Ends that have passed since are seen here; what they can't
tell is:

- a certificate whose first day came, or a message that was sent, while no worker ran;
- with several certificates, which of them is valid today: the end is that of the longest, as after a renewal, and a
  gap between two shows only once a worker has looked;
- of a closed case, whether its certificate's first day has come; it counts as begun unless a loan still runs;
- of a case that is being reopened, anything, until a worker has opened it.
"""

from datetime import date, datetime
from typing import Final

from domain.calendar import bogota_date
from domain.views.entitlement import Entitlement, Signing
from domain.views.stage import Stage

_HOLDS_ITS_OWN: Final = frozenset({Stage.CERTIFICATE_ACTIVE, Stage.CERTIFICATE_EXPIRING})


def known_entitlement(
    stage: Stage, loan_ends_at: datetime | None, certificate_ends_at: datetime | None, today: date
) -> Entitlement:
    """Return what the attributes say of a day in Bogotá; it agrees with `entitlement` on a case looked at that day.

    A loan that was revoked or replaced has no end among the attributes.
    """
    own, loan = _running(certificate_ends_at, today), _running(loan_ends_at, today)
    if own is not None and (stage in _HOLDS_ITS_OWN or (stage is Stage.CLOSED and loan is None)):
        return Entitlement(signing=Signing.OWN, until=own)
    if loan is not None:
        return Entitlement(signing=Signing.LOAN, until=loan)
    return Entitlement(signing=Signing.NONE)


def _running(ends_at: datetime | None, today: date) -> date | None:
    """Return the last day, unless it is past."""
    if ends_at is None or bogota_date(ends_at) < today:
        return None
    return bogota_date(ends_at)
