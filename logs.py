"""What a program says of itself, a line for each event: in words for people, or as JSON for what collects logs.

A JSON line tells whose case and which request it is about, and nothing personal. What looks like an address, a number
of a person or a token is masked. Of other people's modules the template is told without what was filled in, and of an
error its class and its place: their texts may quote whatever they were given.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal

from opentelemetry import trace
from temporalio import activity
from temporalio.exceptions import ApplicationError

from audit_trail.asker import asker
from domain.contract import company_of
from domain.errors import ActivaError

OURS: Final = "activa"
MOST_FRAMES: Final = 30
LEAST_DIGITS: Final = 7
"""Of a number that may be somebody's: telephones of a town without their prefix have seven."""

_MAIL: Final = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+")
_TOKEN: Final = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)+|\bwhsec_\S+|(?i:\b(?:bearer|token=|secret=|password=)\s*)\S+")
_NUMBER: Final = re.compile(
    r"(?<![\w.-])"
    r"(?!\d{4}-\d\d-\d\d(?!\d))"  # a date
    r"(?!\d{1,3}(?:\.\d{1,3}){3}:\d)"  # a server's address with its port
    r"\+?\(?\d[\d .()-]*\d"
    r"(?!\w)"
)


class OneLine(logging.Formatter):
    """A log's lines: instants in UTC, and a message on one line, so that none can pass for two. A trace has its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802  # of the library
        """Return when it was said."""
        return _instant(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # of the library
        """Return the line, with signs for what would break it."""
        return "".join(
            each if each.isprintable() else each.encode("unicode_escape").decode()
            for each in super().formatMessage(record)
        )


class OneObject(logging.Formatter):
    """A log's lines as JSON: time, level, logger, message, and where known company_id, request_id and error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, Any] = {
            "time": _instant(record),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(_said(record)),
        }
        who = asker()
        known = {
            "company_id": _company_of(record) or who.company_id,
            "request_id": None if who.door == "process" else who.request_id,
            "trace_id": _trace_of(),
            "error": _told(record.exc_info[1]) if isinstance(record.exc_info, tuple) else None,
        }
        told.update({name: value for name, value in known.items() if value})
        return json.dumps(told, ensure_ascii=False)


def masked(text: str) -> str:
    """Return a text without what looks like a mail address, a token, or a number of a person."""
    text = _TOKEN.sub("[token]", _MAIL.sub("[mail]", text))
    return _NUMBER.sub(lambda found: found[0] if sum(map(str.isdigit, found[0])) < LEAST_DIGITS else "[number]", text)


def begin() -> None:
    """Say what happens on standard error, in words."""
    said = logging.StreamHandler()
    said.setFormatter(OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[said])
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address of each call


def go_on_in(form: Literal["text", "json"]) -> None:
    """Say it in another form from now on, what ends the process included."""
    if form == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(OneObject())
        logging.captureWarnings(capture=True)
        sys.excepthook = _ended


def last_words(text: str) -> None:
    """Say why the process ends: on lines of their own to a person, as an event to what collects logs."""
    if any(isinstance(each.formatter, OneObject) for each in logging.getLogger().handlers):
        logging.getLogger(f"{OURS}.process").critical("%s", text)
    else:
        sys.stderr.write(f"{text}\n")


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(f"{OURS}.process").critical("the process ends by an error", exc_info=(kind, error, trace))


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _said(record: logging.LogRecord) -> str:
    if record.name == OURS or record.name.startswith(f"{OURS}."):
        return record.getMessage()
    template = str(record.msg).strip()
    return template.splitlines()[0] if template else ""


def _company_of(record: logging.LogRecord) -> str | None:
    """Return whose case it is: as the line says, or the step that is under way."""
    named = getattr(record, "company_id", None)
    if named is not None:
        return str(named)
    about = getattr(record, "temporal_workflow", None) or getattr(record, "temporal_activity", None)
    if isinstance(about, dict):
        return company_of(str(about.get("workflow_id", "")))
    return company_of(activity.info().workflow_id or "") if activity.in_activity() else None


def _trace_of() -> str | None:
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _told(error: BaseException | None) -> dict[str, Any] | None:
    """Return an error's class, its places, innermost last, and its text where the product wrote it."""
    if error is None:
        return None
    kind = error.type if isinstance(error, ApplicationError) else None
    told: dict[str, Any] = {"type": kind or type(error).__name__}
    if isinstance(error, ActivaError | ApplicationError):
        told["text"] = masked(str(error))
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    told["at"] = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
    if error.__cause__ is not None:
        told["cause"] = type(error.__cause__).__name__
    return told
