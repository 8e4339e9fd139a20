"""The files that somebody names on a command line, read whole or refused in lines that say what to do."""

from pathlib import Path
from typing import Final, TypeVar

from domain.errors import ActivaError
from domain.letter.examination import MOST_FILES
from domain.letter.file_kind import kind_of
from domain.model import Model
from domain.profiles.company import Company
from domain.profiles.forms import FieldError, read_form
from domain.profiles.json_file import NotJsonError, lines_of, read_json

LARGEST_FILE_BYTES: Final = 20_000_000
MOST_LINES_NAMED: Final = 200
M = TypeVar("M", bound=Model)


class WrongInputError(ActivaError):
    """What was given can't be used; one line per thing that is wrong."""


def upload_of(files: list[Path]) -> list[bytes]:
    """Return a signed letter: one PDF, or photos in their order."""
    if len(files) > MOST_FILES:
        raise WrongInputError(f"{len(files)} files; at most {MOST_FILES} photos make one letter")
    found = [_bytes(file) for file in files]
    for file, data in zip(files, found, strict=True):
        kind = kind_of(data)
        if len(files) > 1 and (kind is None or not kind.is_picture):
            raise WrongInputError(f"{file}: is no photo; give one PDF alone, or only JPEG, PNG, HEIC and WebP files")
    return found


def read_as(model: type[M], file: Path) -> M:
    """Return what a file of one JSON object says."""
    return understood(read_form(model, parsed(file)))


def parsed(file: Path) -> object:
    """Return the JSON in a file."""
    try:
        return read_json(_bytes(file))
    except NotJsonError as error:
        raise WrongInputError(f"{file}: {error}") from None


def understood(read: M | tuple[FieldError, ...]) -> M:
    """Return what was read, or raise WrongInputError naming every wrong field."""
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


def write_to(file: Path, data: bytes) -> None:
    """Write a file."""
    try:
        file.write_bytes(data)
    except OSError as error:
        raise WrongInputError(f"{file}: {error.strerror}; choose another path for --out") from None


def _line(error: FieldError) -> str:
    return error.message if error.message.startswith(error.field) else f"{error.field}: {error.message}"


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise WrongInputError(f"{file}: larger than {LARGEST_FILE_BYTES} bytes; is it the right file?")
        return file.read_bytes()
    except OSError as error:
        raise WrongInputError(f"{file}: {error.strerror}; check the path") from None
