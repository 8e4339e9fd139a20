"""The table where the settings say. Its driver is heavy: a command that can do without it imports nothing from here."""

from pathlib import Path

from adapters.directory.companies import Companies
from adapters.directory.tables import embedded, shared


def opened(file: Path, url: str | None) -> Companies:
    """Return the table at an address, or else in a file; raises DirectoryFileError where no file can be."""
    return Companies(embedded(file) if url is None else shared(url))
