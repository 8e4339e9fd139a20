"""The representative's pages, one module for each part of the way."""

from typing import Final

from fastapi import APIRouter

from portal.pages import entry, home, letter, payment, representative, status

ROUTERS: Final[tuple[APIRouter, ...]] = (
    entry.router,
    home.router,
    payment.router,
    representative.router,
    letter.router,
    status.router,
)
