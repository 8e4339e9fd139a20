"""Templates into pages: what every page shows, how dates and money read, where the static files are."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from domain.calendar import BOGOTA, bogota_date
from domain.letter.content import Lender
from mails import spanish
from portal.words.remarks import in_spanish

HERE: Final = Path(__file__).parents[1]
STATIC: Final = HERE / "static"
BYTES_PER_MB: Final = 1_048_576
OF_A_FILE: Final = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""The content security policy of what is saved: where a browser shows it all the same, it can do nothing."""


class Pages:
    """Makes pages of templates. Undefined names are errors, and every value is escaped."""

    def __init__(self, lender: Lender, support_mail: str, login_url: str, *, played: bool = False) -> None:
        """Show a lender on every page; `played` when this portal plays it, and offers to sign in somebody's place."""
        self.lender = lender
        self._shown = {"lender": lender, "support_mail": support_mail, "login_url": login_url, "played": played}

    def page(
        self, request: Request, template: str, values: Mapping[str, Any] | None = None, status_code: int = 200
    ) -> HTMLResponse:
        """Return a page. `inside` is whether somebody is logged in, so that a page can offer to leave."""
        session = request.scope.get("session", {})
        shown = {
            **self._shown,
            "inside": "company_id" in session,
            "home": "/soporte" if "staff" in session else "/",
            "path": request.url.path,
            "asked": _asked(request),
            **(values or {}),
        }
        return HTMLResponse(_templates().get_template(template).render(shown), status_code)


def _asked(request: Request) -> str | None:
    """Return the address that was asked for, where asking once more does no harm."""
    path = request.url.path
    if request.method != "GET" or path.startswith("//"):  # which a browser takes for another site
        return None
    return f"{path}?{request.url.query}" if request.url.query else path


def moment(instant: datetime) -> str:
    """Return an instant as `24 de noviembre de 2026, 3:30 p. m.` in Bogotá; no line breaks within the hour."""
    local = instant.astimezone(BOGOTA)
    half = "a.\u00a0m." if local.hour < 12 else "p.\u00a0m."  # noqa: PLR2004
    return f"{spanish.day(local.date())}, {(local.hour - 1) % 12 + 1}:{local:%M}\u00a0{half}"


def megabytes(size_bytes: int) -> str:
    """Return a size as `1,4 MB`, never rounded down to a limit that it is above."""
    tenths = -(-size_bytes * 10 // BYTES_PER_MB)
    return f"{tenths // 10} MB" if tenths % 10 == 0 else f"{tenths // 10},{tenths % 10} MB"


def go(request: Request, path: str) -> Response:
    """Send the browser to another of our pages after a post; htmx is told to load it whole."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, status_code=303)


def pdf_answer(data: bytes, name: str) -> Response:
    """Return a PDF to be saved: never shown within our own pages."""
    return Response(
        data,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": OF_A_FILE},
    )


@functools.cache
def _templates() -> Environment:
    """Return what each template is compiled in once, for every portal of this process."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[[Any], str | None]] = {
        "day": spanish.day,
        "moment": moment,
        "bogota_day": lambda instant: spanish.day(bogota_date(instant)),
        "pesos": spanish.pesos,
        "expiry": spanish.expiry,
        "megabytes": megabytes,
    }
    environment.filters |= filters
    environment.globals |= {"static": _static_addresses(), "in_spanish": in_spanish}
    return environment


def _static_addresses() -> dict[str, str]:
    """Return the address of each static file by its name; it changes with the content, so that browsers may keep it."""
    found = {}
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js", ".svg"}:
            version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            found[path.name] = f"/static/{path.relative_to(STATIC).as_posix()}?v={version}"
    return found
