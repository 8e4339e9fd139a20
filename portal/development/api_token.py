"""Print a token for the billing API of the local stack: `python -m portal.development.api_token`.

Exit 2 when the settings name no development key, or it has not been made yet.
"""

import argparse
import sys

from portal.development.keys import read_key
from portal.development.lender import api_token
from settings import SettingsError, load_portal

WRONG_SETTINGS = 2


def main() -> int:
    """Run the command."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    try:
        addresses = load_portal().portal
    except SettingsError as error:
        return _failed(str(error))
    if addresses.development_key is None:
        return _failed("ACTIVA_PORTAL__DEVELOPMENT_KEY is not set; this portal's tokens come from its issuer")
    try:
        key = read_key(addresses.development_key)
    except OSError:
        return _failed("the development key is not there yet; start `make run` once")
    sys.stdout.write(api_token(key, addresses) + "\n")
    return 0


def _failed(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return WRONG_SETTINGS


if __name__ == "__main__":
    sys.exit(main())
