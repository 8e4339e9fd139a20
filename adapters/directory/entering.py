"""A company's row, written by whoever has just stored its data."""

import logging
import time
from typing import Final, Protocol

from domain.errors import DirectoryUnavailableError
from domain.profiles.company import Company

LEFT_ALONE_SECONDS: Final = 30.0
"""After a failure: an import must not wait for each of its thousands."""
log = logging.getLogger(__name__)


class Table(Protocol):
    """What is written into."""

    def enter(self, company: Company) -> None:
        """Write a company's row."""
        ...


class Entering:
    """Writes rows, and never stands in the way of a case: a row that can't be written now is mended by its mark."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._left_alone_until = 0.0

    def enter(self, company: Company) -> None:
        """Write a company's row, unless the table was out of reach a moment ago."""
        if time.monotonic() < self._left_alone_until:
            return
        try:
            self._table.enter(company)
        except DirectoryUnavailableError as error:
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("%s; company %s is entered later", error, company.company_id)
