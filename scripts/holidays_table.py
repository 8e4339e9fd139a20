"""The table of days off in `domain/holidays.py`, as the library of holidays knows them today.

python -m scripts.holidays_table            print what a new revision of the table adds and takes away
python -m scripts.holidays_table --first    print the whole first table
"""

import sys
from datetime import date

from holidays.countries.colombia import Colombia

from domain.holidays import NEWEST, YEARS, days_off


def known_to_the_library() -> frozenset[date]:
    """Return every day off in the table's years."""
    found: dict[date, str] = Colombia(years=YEARS)  # type: ignore[no-untyped-call]  # the library has no types here
    return frozenset(found)


def main() -> None:
    """Print what is asked for; nothing is written."""
    known = known_to_the_library()
    if "--first" in sys.argv:
        for year in YEARS:
            days = " ".join(f"{day:%m%d}" for day in sorted(known) if day.year == year)
            sys.stdout.write(f'    {year}: "{days}",\n')
        return
    table = days_off(NEWEST)
    sys.stdout.write(f"added: {sorted(map(str, known - table))}\ntaken away: {sorted(map(str, table - known))}\n")


if __name__ == "__main__":
    main()
