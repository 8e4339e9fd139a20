"""`python -m letters`: the letter without storage or Temporal, for tuning and for support.

One JSON value per line on standard output, messages on standard error; exit 2 for wrong input.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from domain.letter.content import Lender, LetterContent
from domain.letter.examination import DEFAULT_INTAKE_BYTES, DEFAULT_LIMIT_BYTES, LetterOnRecord
from domain.profiles.forms import FieldError, read_form
from domain.profiles.json_file import NotJsonError, read_json
from letters import LetterChecker, render_letter
from letters.confinement.checker import ConfinementError
from letters.geometry import GEOMETRY
from letters.issuing.errors import LetterError
from letters.issuing.letter_file import SAMPLE_LENDER, read_letter_file

WRONG_INPUT = 2

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

LetterFile = Annotated[Path, typer.Argument(help="company, representative, folio, issued_on, loan_days as JSON")]
LenderFile = Annotated[Path | None, typer.Option("--lender", help="the lender as JSON; a sample one when left out")]
TrustRoots = Annotated[Path | None, typer.Option("--trust-roots", help="folder of certificates to trust", exists=True)]
LimitBytes = Annotated[int, typer.Option("--limit-bytes", help="largest document that is kept, inclusive", min=1)]
IntakeBytes = Annotated[int, typer.Option("--intake-bytes", help="largest file, inclusive", min=1)]
IntakeLimit = Annotated[int, typer.Option("--limit-bytes", help="largest file, inclusive", min=1)]


@app.command()
def geometry() -> None:
    """Print where everything stands on the page, in millimetres from the top left."""
    _print(GEOMETRY.model_dump(mode="json"))


@app.command()
def render(letter: LetterFile, out: Annotated[Path, typer.Option("--out")], lender: LenderFile = None) -> None:
    """Write a letter's PDF."""
    content = _content(letter, lender)
    data = _rendered(content)
    try:
        out.write_bytes(data)
    except OSError as error:
        _refuse(f"{out}: can't be written ({error.strerror}); choose another path for --out")
    _print({"file": str(out), "folio": content.folio, "bytes": len(data), "content_sha256": content.sha256})


@app.command()
def check(
    files: list[Path],
    letter: Annotated[Path, typer.Option("--letter", help="LETTER.json of the letter that the files should be")],
    lender: LenderFile = None,
    trust_roots: TrustRoots = None,
    limit_bytes: LimitBytes = DEFAULT_LIMIT_BYTES,
    intake_bytes: IntakeBytes = DEFAULT_INTAKE_BYTES,
) -> None:
    """Tell for each file, a PDF or a photo, whether it is the letter, signed; `converted` tells what would be kept."""
    content = _content(letter, lender)
    issued = LetterOnRecord(content=content, pdf=_rendered(content), limit_bytes=limit_bytes, intake_bytes=intake_bytes)
    with _checker(trust_roots) as checker:
        for file in files:
            data = _read(file)
            started = time.perf_counter()
            found = checker.check(data, issued)
            seconds = round(time.perf_counter() - started, 3)
            sha256 = hashlib.sha256(data).hexdigest()
            _print({"file": str(file), **found.model_dump(mode="json"), "sha256": sha256, "seconds": seconds})


@app.command()
def layers() -> None:
    """Tell what confines the processes that open uploads on this machine."""
    with LetterChecker(seccomp_required=False) as checker:
        found = checker.warm()
    sys.stderr.write(f"uploads are opened by processes confined by {found}\n")
    _print(found.model_dump())


@app.command()
def gate(files: list[Path], limit_bytes: IntakeLimit = DEFAULT_INTAKE_BYTES) -> None:
    """Tell for each file whether it is a scan or a photo that may be looked at."""
    with _checker() as checker:
        for file in files:
            data = _read(file)
            started = time.perf_counter()
            reasons = checker.gate(data, limit_bytes)
            seconds = round(time.perf_counter() - started, 3)
            listed = [reason.model_dump() for reason in reasons]
            _print({"file": str(file), "accepted": not reasons, "reasons": listed, "seconds": seconds})


def _checker(trust_roots: Path | None = None) -> LetterChecker:
    checker = LetterChecker(trust_roots)
    try:
        checker.warm()
    except ConfinementError as error:
        _refuse(str(error))
    return checker


def _rendered(content: LetterContent) -> bytes:
    try:
        return render_letter(content)
    except LetterError as error:
        _refuse(*error.messages)


def _content(letter: Path, lender_file: Path | None) -> LetterContent:
    lender: Lender | tuple[FieldError, ...] = SAMPLE_LENDER
    if lender_file is not None:
        lender = read_form(Lender, _json(lender_file))
    if isinstance(lender, tuple):
        _refuse(*(error.message for error in lender))
    content = read_letter_file(_json(letter), lender)
    if isinstance(content, tuple):
        _refuse(*(error.message for error in content))
    return content


def _json(file: Path) -> object:
    try:
        return read_json(_read(file))
    except NotJsonError as error:
        _refuse(f"{file}: {error}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _refuse(f"{file}: can't be read ({error.strerror}); check the path")


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _refuse(*messages: str) -> NoReturn:
    sys.stderr.write("\n".join(messages) + "\n")
    raise typer.Exit(WRONG_INPUT)


if __name__ == "__main__":
    app()
