"""The billing backend's door: a command, and the same as functions in `adapters.activations`.

One JSON object on standard output, messages on standard error. Exit 0 done, also when it was done before; 2 wrong
input, nothing changed; 3 the company has no open case; 4 Temporal or S3 can't be reached.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar, cast

import typer
from pydantic import ValidationError

from adapters import s3, temporal
from adapters.activations import Activations, Started
from adapters.imports import start_all
from audit_trail.commands import recorded
from domain.contract import is_company_id
from domain.errors import ActivaError, CaseNotFoundError, ServiceUnavailableError
from domain.letter.examination import MOST_FILES
from domain.letter.file_kind import kind_of
from domain.messages.models import PaymentConfirmed
from domain.model import Model, canonical_sha256
from domain.profiles.company import Company
from domain.profiles.forms import FieldError, read_form
from domain.profiles.json_file import NotJsonError, lines_of, read_json
from domain.profiles.representative import Representative, warnings
from settings import Settings, load

DONE, WRONG_INPUT, NO_CASE, UNREACHABLE = 0, 2, 3, 4
LARGEST_FILE_BYTES = 20_000_000
MOST_LINES_NAMED = 200

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
M = TypeVar("M", bound=Model)


class WrongInputError(ActivaError):
    """What was given can't be used; one line per thing that is wrong."""


def _company_id(text: str) -> str:
    if not is_company_id(text):
        raise typer.BadParameter("1 to 64 letters, digits, - or _, beginning with a letter or digit, as in C1001")
    return text


CompanyIdArgument = Annotated[str, typer.Argument(callback=_company_id, help="as in C1001", metavar="COMPANY_ID")]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE")]
UploadArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="one PDF, or photos in their order")]
By = Annotated[str, typer.Option("--by", help="who asks, for the timeline: billing, support:ana")]
DEFAULT_BY = "billing"


@app.command()
def start(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE.json", help="company_id, legal_name, nit, person_type, ...")
    ] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="start a closed case again")] = False,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="FILE.jsonl", help="many companies, one object a line")
    ] = None,
    per_second: Annotated[
        float, typer.Option("--per-second", min=0.1, max=200, help="how many of a batch are started in a second")
    ] = 10,
) -> None:
    """Start a company's activation. Example: python starter.py start company.json."""
    if (file is None) == (batch is None):
        raise typer.BadParameter("give either FILE.json or --batch FILE.jsonl")

    async def run(cases: Activations, settings: Settings) -> dict[str, Any]:
        if batch is not None:
            return await _start_batch(cases, batch, settings, per_second)
        company = _read(Company, cast("Path", file))
        started = await cases.start(company, settings.policy, reopen=reopen)
        if started.closed:
            _say(f"the activation of {company.company_id} is closed; start it again with --reopen")
        return started.model_dump()

    _main(run)


async def _start_batch(cases: Activations, file: Path, settings: Settings, per_second: float) -> dict[str, Any]:
    companies = read_batch(file)
    outcomes: Counter[str] = Counter()

    with typer.progressbar(length=len(companies), label="starting", file=sys.stderr) as bar:

        def done(started: Started) -> None:
            outcomes["started" if started.started else "closed" if started.closed else "known"] += 1
            bar.update(1)

        try:
            await start_all(cases, companies, settings.policy, per_second=per_second, done=done)
        except ServiceUnavailableError:
            _say(f"\n{outcomes.total()} of {len(companies)} are done; run the same command again to go on")
            raise
    if outcomes["closed"]:
        _say(f"{outcomes['closed']} are closed and were left so; start each again with --reopen")
    return {"companies": len(companies), **{name: outcomes[name] for name in ("started", "known", "closed")}}


@app.command()
def company(company_id: CompanyIdArgument, file: FileArgument, by: By = DEFAULT_BY) -> None:
    """Correct a company's data. Example: python starter.py company C1001 company.json."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        corrected = _read(Company, file)
        if corrected.company_id != company_id:
            raise WrongInputError(f"company_id: the file is of another company than {company_id}; check the file")
        changed = await cases.update_company(corrected, by)
        return {"company_id": company_id, "sha256": canonical_sha256(corrected), "changed": changed}

    _main(run)


@app.command()
def status(company_id: CompanyIdArgument) -> None:
    """Print the whole case. Example: python starter.py status C1001."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        return await cases.status(company_id)

    _main(run)


@app.command()
def representative(company_id: CompanyIdArgument, file: FileArgument, by: By = DEFAULT_BY) -> None:
    """Store the representative, issue the letter. Example: python starter.py representative C1001 maria.json."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        person = _read(Representative, file)
        for warning in warnings(person):
            _say(f"warning: {warning.message}")
        return await cases.submit_representative(company_id, person, by)

    _main(run)


@app.command()
def letter(
    company_id: CompanyIdArgument, out: Annotated[Path, typer.Option("--out", help="where to write it")]
) -> None:
    """Write the letter to be signed. Example: python starter.py letter C1001 --out letter.pdf."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        pdf = await cases.letter(company_id)
        _write(out, pdf)
        return {"company_id": company_id, "file": str(out), "bytes": len(pdf)}

    _main(run)


@app.command(name="upload-letter")
def upload_letter(company_id: CompanyIdArgument, files: UploadArgument, by: By = DEFAULT_BY) -> None:
    """Attach a signed letter, a PDF or photos of it, and print the verdict.

    Example: python starter.py upload-letter C1001 signed.pdf
    """

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        return await cases.upload_letter(company_id, _upload(files), by)

    _main(run)


@app.command(name="confirm-payment")
def confirm_payment(
    company_id: CompanyIdArgument,
    reference: Annotated[str, typer.Option("--reference", help="the payment's own, as in FV-77")],
    amount_cop: Annotated[int, typer.Option("--amount-cop", help="whole pesos, IVA included")],
    by: By = DEFAULT_BY,
) -> None:
    """Confirm a payment. Example: python starter.py confirm-payment C1001 --reference FV-77 --amount-cop 297500."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        try:
            payment = PaymentConfirmed(reference=reference, amount_cop=amount_cop, by=by)
        except ValidationError as error:
            raise WrongInputError("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())) from None
        standing = await cases.confirm_payment(company_id, payment)
        if standing is None:
            _say("the payment is kept; no worker has taken it yet")
        return {"company_id": company_id, "reference": reference, "amount_cop": amount_cop, "standing": standing}

    _main(run)


def _upload(files: list[Path]) -> list[bytes]:
    if len(files) > MOST_FILES:
        raise WrongInputError(f"{len(files)} files; at most {MOST_FILES} photos make one letter")
    found = [_bytes(file) for file in files]
    for file, data in zip(files, found, strict=True):
        kind = kind_of(data)
        if len(files) > 1 and (kind is None or not kind.is_picture):
            raise WrongInputError(f"{file}: is no photo; give one PDF alone, or only JPEG, PNG, HEIC and WebP files")
    return found


def _read(model: type[M], file: Path) -> M:
    try:
        data = read_json(_bytes(file))
    except NotJsonError as error:
        raise WrongInputError(f"{file}: {error}") from None
    read = read_form(model, data)
    if isinstance(read, tuple):
        raise WrongInputError("\n".join(_line(each) for each in read))
    return read


def read_batch(file: Path) -> list[Company]:
    """Return the companies of a file of one JSON object a line, or raise WrongInputError naming every wrong line."""
    companies: list[Company] = []
    wrong: list[str] = []
    known: dict[str, int] = {}
    for number, line in enumerate(lines_of(_bytes(file)), start=1):
        if not line.strip():
            continue
        try:
            read = read_form(Company, read_json(line))
        except NotJsonError as error:
            wrong.append(f"line {number}: {error}")
            continue
        if isinstance(read, tuple):
            wrong += [f"line {number}: {_line(each)}" for each in read]
        elif read.company_id in known:
            wrong.append(f"line {number}: company_id: the same as in line {known[read.company_id]}; keep one")
        else:
            known[read.company_id] = number
            companies.append(read)
    if wrong or not companies:
        raise WrongInputError("\n".join(wrong[:MOST_LINES_NAMED]) or f"{file}: holds no company")
    return companies


def _line(error: FieldError) -> str:
    return error.message if error.message.startswith(error.field) else f"{error.field}: {error.message}"


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise WrongInputError(f"{file}: larger than {LARGEST_FILE_BYTES} bytes; is it the right file?")
        return file.read_bytes()
    except OSError as error:
        raise WrongInputError(f"{file}: {error.strerror}; check the path") from None


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise WrongInputError(f"{file}: {error.strerror}; choose another path for --out") from None


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _main(run: Callable[[Activations, Settings], Awaitable[dict[str, Any]]]) -> NoReturn:
    temporal.leave_process(asyncio.run(_outcome(run)))


async def _outcome(run: Callable[[Activations, Settings], Awaitable[dict[str, Any]]]) -> int:
    try:
        settings = load()
        objects = s3.S3Objects(s3.connect(**settings.s3.client_arguments(), connections=4), settings.s3.bucket)
        async with recorded(objects, lambda: datetime.now(UTC), settings.audit.lock) as trail:
            answer = await run(Activations(await temporal.connect(), objects, trail), settings)
    except CaseNotFoundError as error:
        return _failed(error, NO_CASE)
    except ServiceUnavailableError as error:
        return _failed(error, UNREACHABLE)
    except ActivaError as error:
        return _failed(error, WRONG_INPUT)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return DONE


def _failed(error: Exception, code: int) -> int:
    _say(str(error))
    return code


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    app(arguments)


if __name__ == "__main__":
    main()
