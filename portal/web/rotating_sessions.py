"""Session cookies under several secrets, so that one can be changed without ending anybody's session."""

from collections.abc import Sequence

from itsdangerous import TimestampSigner
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp

from portal.web.signing import SHA256, oldest_first


class RotatingSessions(SessionMiddleware):
    """Signs with the newest secret, and takes what any of them has signed."""

    def __init__(
        self, app: ASGIApp, *, secrets: tuple[str, ...], session_cookie: str, max_age: int, https_only: bool
    ) -> None:
        """Take the secrets, the newest first."""
        super().__init__(
            app, secrets[0], session_cookie=session_cookie, max_age=max_age, same_site="lax", https_only=https_only
        )
        self.signer = signer(secrets)


def signer(secrets: Sequence[str]) -> TimestampSigner:
    """Return what signs cookies and reads them; the newest secret stands first."""
    return TimestampSigner(oldest_first(secrets), salt="activa-session", **SHA256)
