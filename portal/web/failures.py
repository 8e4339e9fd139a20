"""What a person sees when something can't be done: one table from error to page.

A page tells what happened and what to do, and nothing of the inside. An error nobody thought of gets a number, under
which the log has its class; its text stays there, because it may hold personal data.
"""

import errno
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit_trail.events import EventName
from domain.errors import (
    ActivaError,
    BatchRunningError,
    CaseNotFoundError,
    NotAllowedNowError,
    NoWorkerError,
    RefusedError,
    ServiceUnavailableError,
)
from portal.auth.hand_off import HandOffRefusedError
from portal.auth.session import NotYoursError, SessionMissingError
from portal.web.cursors import WrongCursorError
from portal.web.dependencies import Portal
from portal.web.limits import TooOftenError
from portal.web.protection import CrossSiteError

LOG: Final = logging.getLogger("activa.portal")


@dataclass(frozen=True)
class Failure:
    """A page about something that can't be done. `again` offers to try once more."""

    status: int
    title: str
    text: str
    again: bool = False
    enter: bool = False
    """Offers the way in."""


_NOT_FOUND: Final = Failure(404, "No encontramos esta página", "Revisa la dirección o vuelve al inicio.")
_NOT_UNDERSTOOD: Final = Failure(400, "No entendimos la solicitud", "Vuelve al inicio e intenta de nuevo.")
_DOWN: Final = Failure(
    503,
    "En este momento no podemos responder",
    "Uno de nuestros servicios no está disponible. Lo que ya habías guardado sigue guardado. "
    "Intenta de nuevo en unos minutos.",
    again=True,
)
_TABLE: Final[dict[type[Exception], Failure]] = {
    SessionMissingError: Failure(
        401,
        "Tu sesión terminó",
        "Por seguridad, la sesión se cierra después de 30 minutos sin uso. Entra de nuevo: quedas donde ibas.",
        enter=True,
    ),
    HandOffRefusedError: Failure(
        401,
        "No pudimos comprobar tu ingreso",
        "El enlace de ingreso ya se había usado, ya había vencido o no lo pudimos comprobar. "
        "Entra de nuevo desde tu producto contable; si vuelve a pasar, escríbele a soporte.",
        enter=True,
    ),
    NotYoursError: _NOT_FOUND,
    CaseNotFoundError: Failure(
        404,
        "Tu empresa no tiene una activación abierta",
        "Entra desde tu producto contable para empezarla, o escríbele a soporte si ya la habías empezado.",
    ),
    CrossSiteError: Failure(
        403,
        "No hicimos ningún cambio",
        "Por seguridad, solo recibimos lo que se envía desde estas páginas. Vuelve al inicio y hazlo desde aquí.",
    ),
    NotAllowedNowError: Failure(
        409,
        "Eso ya no se puede hacer",
        "El estado de tu activación cambió, quizá en otra ventana. Vuelve al inicio para ver cómo va.",
    ),
    BatchRunningError: Failure(
        409,
        "Ya hay un lote en marcha",
        "Solo puede haber uno a la vez. Espera a que termine o detenlo en la página de lotes.",
    ),
    RefusedError: Failure(
        422, "Eso no se pudo hacer", "Revisa los datos e intenta de nuevo, o escríbele a soporte.", again=True
    ),
    ServiceUnavailableError: _DOWN,
    WrongCursorError: _NOT_UNDERSTOOD,
    ClientDisconnect: _NOT_UNDERSTOOD,  # seen by nobody: it broke off while it sent
}
_NO_CASE_AT_DESK: Final = Failure(
    404,
    "No hay un caso abierto con ese identificador",
    "Revisa cómo está escrito, o busca la empresa por su nombre o su NIT.",
)
_BY_STATUS: Final = {
    404: _NOT_FOUND,
    405: _NOT_FOUND,
    400: _NOT_UNDERSTOOD,
    413: Failure(
        413,
        "El archivo es demasiado grande",
        "No lo recibimos: pesa más del máximo. Escanea la carta en escala de grises a 150 dpi (puntos por pulgada), o "
        "tómale una foto, e intenta de nuevo.",
    ),
}


def install(app: FastAPI) -> None:
    """Have every error end in a page."""
    for kind in (*_TABLE, TooOftenError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


class Caught:
    """Ends whatever error nobody handled in an answer; further out, the server would log its text."""

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        """Wrap an application; `answer` makes the answer of an error."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001  # the outermost place that can still answer
            if begun or scope["type"] != "http":
                LOG.error("an answer broke off: %s at %s", type(error).__name__, _place(error))  # noqa: TRY400  # no text
                return
            await (await self._answer(Request(scope, receive), error))(scope, receive, send)


async def answer(request: Request, error: Exception) -> Response:
    """Return the page of an error."""
    if isinstance(error, NoWorkerError):
        return await _without_worker(request)
    failure, headers = _failure_of(error), {}
    if isinstance(error, CaseNotFoundError) and "company_id" in request.path_params:
        failure = _NO_CASE_AT_DESK
    if isinstance(error, HandOffRefusedError):
        LOG.warning("a hand-off was refused: %s", error)
        _portal(request).trail.note(EventName.LOGIN_REFUSED, str(error), kept=False)
    if isinstance(error, TooOftenError):
        headers["Retry-After"] = str(error.wait_seconds)
    page = _portal(request).pages.page(request, "failure.html", {"failure": failure}, failure.status)
    page.headers.update(headers)
    return page


async def _without_worker(request: Request) -> Response:
    """Return what is known while no worker answers, in a page that asks again by itself."""
    portal, outline = _portal(request), None
    # A representative's company stands in the session, that of a case at the desk in the address.
    company_id = request.session.get("company_id") or request.path_params["company_id"]
    try:
        outline = await portal.cases.outline(company_id)
    except ActivaError:
        LOG.warning("neither a worker nor Temporal answers in time")
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    again = asked if request.method == "GET" else "/"
    return portal.pages.page(request, "no_worker.html", {"outline": outline, "again": again}, 503)


def _portal(request: Request) -> Portal:
    return cast("Portal", request.app.state.portal)


def _failure_of(error: Exception) -> Failure:
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind]
    if isinstance(error, TooOftenError):
        minutes = -(-error.wait_seconds // 60)
        when = "un minuto" if minutes == 1 else f"{minutes} minutos"
        return Failure(429, "Demasiados intentos", f"Espera {when} e intenta de nuevo.", again=True)
    if isinstance(error, RequestValidationError):
        return _BY_STATUS[400]
    if isinstance(error, HTTPException) and isinstance(error.__cause__, OSError):  # FastAPI blames the sender for it
        why = errno.errorcode.get(error.__cause__.errno or 0, type(error.__cause__).__name__)
        LOG.error("what was sent could not be kept until it was read: %s; see the room in the temporary folder", why)
        return _DOWN
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, _BY_STATUS[400])
    number = logged(error)
    text = (
        "No pudimos terminar lo que pediste. Intenta de nuevo en unos minutos; si vuelve a pasar, escríbele a soporte "
        f"y dale este número: {number}."
    )
    return Failure(500, "Algo salió mal de nuestro lado", text, again=True)


def logged(error: Exception) -> str:
    """Log an error nobody thought of, without its text, and return the number it has in the log."""
    number = uuid.uuid4().hex[:8].upper()
    LOG.error("error %s: %s at %s", number, type(error).__name__, _place(error))
    return number


def _place(error: Exception) -> str:
    """Return where an error came up: its text may hold personal data, file and line do not."""
    trace, where = error.__traceback__, "unknown"
    while trace is not None:
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where
