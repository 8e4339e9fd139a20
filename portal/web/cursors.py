"""Where the next page of a list begins, as a text that only this product can make.

It is signed: the server's own token inside would otherwise be anybody's to change, and the server be asked again and
again with what it does not understand. It holds for the filters it was made for.
"""

import base64
from collections.abc import Sequence
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from domain.errors import ActivaError
from portal.web.signing import SHA256, oldest_first

SALT: Final = "activa-cursor"


class WrongCursorError(ActivaError):
    """The cursor is not one of ours, or of another search."""


class Cursors:
    """Makes cursors and reads them."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Sign with the first of the secrets that every replica has, and take what any of them has signed."""
        self._serializer = URLSafeSerializer(oldest_first(secrets), salt=SALT, signer_kwargs=SHA256)

    def made(self, token: bytes, search: str) -> str:
        """Return the cursor that leads on in a search."""
        return str(self._serializer.dumps([search, base64.b64encode(token).decode()]))

    def read(self, cursor: str, search: str) -> bytes:
        """Return the server's token; raises WrongCursorError."""
        try:
            made_for, token = self._serializer.loads(cursor)
        except (BadData, ValueError, TypeError):
            raise WrongCursorError from None
        if made_for != search:
            raise WrongCursorError
        return base64.b64decode(token)
