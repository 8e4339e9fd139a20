"""The representative's pages, one module for each part of the way."""

from typing import Final

from fastapi import APIRouter

from portal.pages import data_policy, entry, home, letter, payment, representative, status

ROUTERS: Final[tuple[APIRouter, ...]] = (
    entry.router,
    data_policy.router,
    home.router,
    payment.router,
    representative.router,
    letter.router,
    status.router,
)
