"""A company's rights over its data, as a command.

    python -m deploy.habeas_data export C1001 --out C1001.zip
    python -m deploy.habeas_data erase C1001 --reason "PQR 2026-118"
    python -m deploy.habeas_data erase C1001 --reason "PQR 2026-118" --yes

`export` writes everything that is stored about the company and its representative into a ZIP file, with an index that
says what each file is. `erase` says what it would remove and what must be kept, until when and why; with `--yes` it
does so. Both need a worker while the case is open, and are on record in the audit trail.

Prints one JSON object. Exit 0 done, also when it was done before; 2 wrong input or settings; 3 nothing is stored about
the company; 4 a server can't be reached, or no worker answers.
"""

import argparse
import asyncio
import errno
import json
import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from adapters import encryption, s3, temporal
from adapters.activations import Activations
from adapters.case_histories import CaseHistories
from adapters.case_removal import CaseRemoval
from adapters.given_files import WrongInputError, write_to
from adapters.s3 import S3Objects
from adapters.s3_versions import S3Versions
from audit_trail.commands import recorded
from deploy.habeas_data.elsewhere import elsewhere
from deploy.habeas_data.erase import erase, rehearse
from deploy.habeas_data.export import export
from deploy.habeas_data.ground import Ground
from deploy.habeas_data.reasons import checked_reason
from domain.contract import is_company_id
from domain.errors import ActivaError, ServiceUnavailableError
from settings import Settings, load

DONE, WRONG_INPUT, NOTHING_STORED, UNREACHABLE = 0, 2, 3, 4
CONNECTIONS: Final = 4


def main() -> int:
    """Run the command."""
    options = _parser().parse_args()
    try:
        answer = asyncio.run(_carried_out(options))
    except ActivaError as error:
        sys.stderr.write(f"{error}\n")
        return UNREACHABLE if isinstance(error, ServiceUnavailableError) else WRONG_INPUT
    if answer is None:
        sys.stderr.write(f"nothing is stored about {options.company_id}\n")
        return NOTHING_STORED
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    if options.action == "erase" and not options.yes:
        sys.stderr.write("nothing was changed; to do it, run it again with --yes\n")
    return DONE


async def _carried_out(options: Namespace) -> dict[str, Any] | None:
    if not is_company_id(options.company_id):
        raise WrongInputError("COMPANY_ID: 1 to 64 letters, digits, - or _, beginning with a letter or digit")
    async with grounded(load()) as ground:
        if options.action == "export":
            with _file_for(options.out) as file:  # before it is on record that the data were given out
                made = await export(ground, options.company_id)
                if made is None:
                    return None
                write_to(file, made.data)
                file.replace(options.out)
            return {"company_id": options.company_id, "file": str(options.out), "files": made.files}
        reason = await asyncio.to_thread(
            checked_reason, ground.objects, ground.store, options.company_id, options.reason
        )
        rehearsed = await rehearse(ground, options.company_id, keep_case=options.keep_case)
        if rehearsed is None or not options.yes:
            return rehearsed
        return await erase(ground, options.company_id, reason, keep_case=options.keep_case)


@contextmanager
def _file_for(out: Path) -> Iterator[Path]:
    """Give a file beside `out` to put in its place, which its owner alone may read; raises WrongInputError."""
    try:
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}-")
    except OSError as error:
        raise WrongInputError(f"{out}: {error.strerror}; choose another path for --out") from None
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@asynccontextmanager
async def grounded(settings: Settings) -> AsyncIterator[Ground]:
    """Give the doors of a deployment."""
    client = s3.connect(**settings.s3.client_arguments(), connections=CONNECTIONS)
    objects = S3Objects(client, settings.s3.bucket)
    async with recorded(objects, lambda: datetime.now(UTC), settings.audit.lock) as trail:
        server = await temporal.connect(codec=encryption.codec(settings.encryption, objects))
        yield Ground(
            objects=objects,
            store=S3Versions(client, settings.s3.bucket),
            cases=Activations(server, objects, trail),
            removal=CaseRemoval(server),
            histories=CaseHistories(server),
            elsewhere=elsewhere(settings, objects),
            trail=trail,
            settings=settings,
            now=lambda: datetime.now(UTC),
        )


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m deploy.habeas_data", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    exporting = actions.add_parser("export", help="write everything that is stored into a ZIP file")
    exporting.add_argument("company_id", metavar="COMPANY_ID")
    exporting.add_argument("--out", type=Path, required=True, metavar="F.zip", help="where to write it")
    erasing = actions.add_parser("erase", help="remove what no duty keeps, and list the rest")
    erasing.add_argument("company_id", metavar="COMPANY_ID")
    erasing.add_argument("--reason", required=True, help="the number of the request; no name, it stays on record")
    erasing.add_argument("--keep-case", action="store_true", help="let an open case go on, with what it needs")
    erasing.add_argument("--yes", action="store_true", help="do it; without, only say what it would come to")
    return parser


if __name__ == "__main__":
    temporal.leave_process(main())
