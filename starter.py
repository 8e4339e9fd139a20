"""The billing backend's door: a command, and the same as functions in `adapters.activations`.

One JSON object on standard output, messages on standard error. Exit 0 done, also when it was done before; 2 wrong
input, nothing changed; 3 the company has no open case; 4 Temporal or S3 can't be reached, or no worker answers.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer
from pydantic import ValidationError

from adapters import encryption, s3, temporal
from adapters.activations import Activations, Started
from adapters.directory.entering import Entering
from adapters.given_files import WrongInputError, parsed, read_as, read_batch, understood, upload_of, write_to
from adapters.imports import start_all
from audit_trail.commands import recorded
from domain.consent.submission import read_submission
from domain.contract import is_company_id
from domain.errors import ActivaError, CaseNotFoundError, ServiceUnavailableError
from domain.messages.models import PaymentConfirmed
from domain.model import canonical_sha256
from domain.profiles.company import Company
from domain.profiles.representative import warnings
from settings import Settings, load

DONE, WRONG_INPUT, NO_CASE, UNREACHABLE = 0, 2, 3, 4
LONGEST_AMOUNT = 20
"""In digits: above any payment."""
NO_CONSENT = (
    "warning: no consent is stated, so whoever sends the data answers for the authorization of Ley 1581 de 2012; to "
    'keep the proof with them, add "consent": {"obtained_by": ..., "obtained_at": ...}'
)

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
        company = read_as(Company, cast("Path", file))
        started = await cases.start(company, settings.policy, reopen=reopen)
        if started.closed:
            again = f"python starter.py start {file} --reopen"
            _say(f"the activation of {company.company_id} is closed; `{again}` starts it again")
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
        again = "python starter.py start FILE.json --reopen"
        _say(f"{outcomes['closed']} are closed and were left so; `{again}` starts one of them again")
    return {"companies": len(companies), **{name: outcomes[name] for name in ("started", "known", "closed")}}


@app.command()
def company(company_id: CompanyIdArgument, file: FileArgument, by: By = DEFAULT_BY) -> None:
    """Correct a company's data. Example: python starter.py company C1001 company.json."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        corrected = read_as(Company, file)
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
        submitted = understood(read_submission(parsed(file), datetime.now(UTC)))
        for warning in warnings(submitted.person):
            _say(f"warning: {warning.message}")
        if submitted.consent is None:
            _say(NO_CONSENT)
        return await cases.submit_representative(company_id, submitted.person, by, consent=submitted.authorization)

    _main(run)


@app.command()
def letter(
    company_id: CompanyIdArgument, out: Annotated[Path, typer.Option("--out", help="where to write it")]
) -> None:
    """Write the letter to be signed. Example: python starter.py letter C1001 --out letter.pdf."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        pdf = await cases.letter(company_id)
        write_to(out, pdf)
        return {"company_id": company_id, "file": str(out), "bytes": len(pdf)}

    _main(run)


@app.command(name="upload-letter")
def upload_letter(company_id: CompanyIdArgument, files: UploadArgument, by: By = DEFAULT_BY) -> None:
    """Attach a signed letter, a PDF or photos of it, and print the verdict.

    Example: python starter.py upload-letter C1001 signed.pdf
    """

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        return await cases.upload_letter(company_id, upload_of(files), by)

    _main(run)


@app.command(name="confirm-payment")
def confirm_payment(
    company_id: CompanyIdArgument,
    reference: Annotated[str, typer.Option("--reference", help="the payment's own, as in FV-77")],
    amount_cop: Annotated[str, typer.Option("--amount-cop", metavar="PESOS", help="whole ones, IVA included")],
    by: By = DEFAULT_BY,
) -> None:
    """Confirm a payment. Example: python starter.py confirm-payment C1001 --reference FV-77 --amount-cop 297500."""

    async def run(cases: Activations, _: Settings) -> dict[str, Any]:
        payment = _payment(reference, amount_cop, by)
        standing = await cases.confirm_payment(company_id, payment)
        if standing is None:
            _say("the payment is kept; no worker has taken it yet")
        told = {"reference": payment.reference, "amount_cop": payment.amount_cop}
        return {"company_id": company_id, **told, "standing": standing}

    _main(run)


def _payment(reference: str, amount: str, by: str) -> PaymentConfirmed:
    """Return a payment as it was typed, or raise WrongInputError naming every wrong field."""
    pesos = int(amount[:LONGEST_AMOUNT]) if amount.isascii() and amount.isdigit() else 0
    try:
        return PaymentConfirmed(reference=reference, amount_cop=pesos, by=by)
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each["msg"] for each in error.errors()}
    if "amount_cop" in wrong:
        wrong["amount_cop"] = f"{amount!r} is no amount; write whole pesos above 0 without points, as in 297500"
    raise WrongInputError("\n".join(f"{name}: {why}" for name, why in wrong.items()))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _main(run: Callable[[Activations, Settings], Awaitable[dict[str, Any]]]) -> NoReturn:
    temporal.leave_process(asyncio.run(_outcome(run)))


async def _outcome(run: Callable[[Activations, Settings], Awaitable[dict[str, Any]]]) -> int:
    try:
        settings = load()
        objects = s3.S3Objects(s3.connect(**settings.s3.client_arguments(), connections=4), settings.s3.bucket)
        codec = encryption.codec(settings.encryption, objects)
        async with recorded(objects, lambda: datetime.now(UTC), settings.audit.lock) as trail:
            client = await temporal.connect(codec=codec)
            answer = await run(Activations(client, objects, trail, _entering(settings)), settings)
    except CaseNotFoundError as error:
        return _failed(error, NO_CASE)
    except ServiceUnavailableError as error:
        return _failed(error, UNREACHABLE)
    except ActivaError as error:
        return _failed(error, WRONG_INPUT)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return DONE


def _entering(settings: Settings) -> Entering | None:
    """Return the way into the directory that all share; one in a file is the portal's, which follows the marks."""
    if settings.directory.url is None:
        return None
    from adapters.directory.opening import opened  # noqa: PLC0415  # the driver would double the time of a status

    return Entering(opened(**settings.directory.place()))


def _failed(error: Exception, code: int) -> int:
    _say(str(error))
    return code


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    app(arguments)


if __name__ == "__main__":
    main()
