"""`python -m letters`: the letter without storage or Temporal, for tuning and for support.

One JSON value per line on standard output, messages on standard error; exit 2 for wrong input.
"""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from domain.forms import FieldError, read_form
from domain.letter import Lender, LetterContent
from letters import render_letter
from letters.errors import LetterError
from letters.gate import check_pdf
from letters.geometry import GEOMETRY
from letters.letter_file import SAMPLE_LENDER, read_letter_file

WRONG_INPUT = 2
LIMIT_BYTES = 1_048_576

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

LetterFile = Annotated[Path, typer.Argument(help="company, representative, folio, issued_on, loan_days as JSON")]
LenderFile = Annotated[Path | None, typer.Option("--lender", help="the lender as JSON; a sample one when left out")]


@app.command()
def geometry() -> None:
    """Print where everything stands on the page, in millimetres from the top left."""
    _print(GEOMETRY.model_dump(mode="json"))


@app.command()
def render(letter: LetterFile, out: Annotated[Path, typer.Option("--out")], lender: LenderFile = None) -> None:
    """Write a letter's PDF."""
    content = _content(letter, lender)
    try:
        data = render_letter(content)
    except LetterError as error:
        _refuse(str(error))
    out.write_bytes(data)
    _print({"file": str(out), "folio": content.folio, "bytes": len(data), "content_sha256": content.sha256})


@app.command()
def gate(files: list[Path]) -> None:
    """Tell for each file whether it may be opened at all."""
    for file in files:
        started = time.perf_counter()
        reasons = check_pdf(_read(file), LIMIT_BYTES)
        seconds = round(time.perf_counter() - started, 3)
        listed = [reason.model_dump() for reason in reasons]
        _print({"file": str(file), "accepted": not reasons, "reasons": listed, "seconds": seconds})


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
        return json.loads(_read(file))
    except ValueError:
        _refuse(f"{file}: is not JSON; give one object")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _refuse(f"{file}: can't be read ({error.strerror}); check the path")


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _refuse(*messages: str) -> NoReturn:
    sys.stderr.write("\n".join(messages) + "\n")
    raise typer.Exit(WRONG_INPUT)


if __name__ == "__main__":
    app()
