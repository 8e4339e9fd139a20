"""The support desk: every case, found, understood and mended with a reason on record."""

from typing import Final

from fastapi import APIRouter

from portal.desk import batches, case, earlier, lists, proposals

ROUTERS: Final[tuple[APIRouter, ...]] = (lists.router, batches.router, proposals.router, earlier.router, case.router)
