"""The product's settings for the local stack, and the file from which commands in another terminal read them."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from stack.encryption import encryption
from stack.probes import LOOPBACK
from stack.servers import S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, inherited_environment
from stack.stack_settings import StackSettings

BUCKET: Final = "activa"
_SHELL_MAY_CHANGE: Final = ("ACTIVA_LENDER__", "ACTIVA_POLICY__", "ACTIVA_SUPPORT_MAIL", "ACTIVA_WORKER__")
"""What can be tried out locally. Where things are stored and sent to is always the local servers."""

_SESSION_SECRET: Final = "not-a-secret-for-127.0.0.1-only-0000"  # noqa: S105 - whoever can post here can log in anyway
_TO_TRY_OUT: Final = {
    "ACTIVA_LENDER__NAME": "Prestadora de Ejemplo S.A.S.",
    "ACTIVA_LENDER__NIT": "900373115-3",
    "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@prestadora.example.com",
    "ACTIVA_SUPPORT_MAIL": "soporte@prestadora.example.com",
    "ACTIVA_WORKER__SHUTDOWN_SECONDS": "5",
}


def local_settings(stack: StackSettings, shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return every setting of the product for this stack, by variable.

    The shell may change the lender, the policy and the worker's limits, never where data go: a shell prepared for
    production must not lead the local worker to its bucket or its mail server.
    """
    changed = {name: value for name, value in shell.items() if name.startswith(_SHELL_MAY_CHANGE)}
    return {
        **_TO_TRY_OUT,
        "ACTIVA_LENDER__POLICY_URL": f"http://{LOOPBACK}:{stack.portal_port}/datos",
        **changed,
        "ACTIVA_S3__BUCKET": BUCKET,
        "ACTIVA_S3__ENDPOINT_URL": f"http://{LOOPBACK}:{stack.s3_port}",
        "ACTIVA_S3__REGION": "us-east-1",
        "ACTIVA_S3__ACCESS_KEY_ID": S3_ACCESS_KEY_ID,
        "ACTIVA_S3__SECRET_ACCESS_KEY": S3_SECRET_ACCESS_KEY,
        "ACTIVA_SMTP__HOST": LOOPBACK,
        "ACTIVA_SMTP__PORT": str(stack.smtp_port),
        "ACTIVA_SMTP__STARTTLS": "false",
        "ACTIVA_SMTP__SENDER": "activa@prestadora.example.com",
        "ACTIVA_SMTP__REPLY_TO": "soporte@prestadora.example.com",
        **_portal(stack),
        "ACTIVA_DIRECTORY__FILE": str((stack.folder / "directory.sqlite3").resolve()),
        **_encryption(stack),
        "ACTIVA_AUDIT__STANDARD_OUTPUT": "false",
        "ACTIVA_WORKER__METRICS_ADDRESS": f"{LOOPBACK}:{stack.metrics_port}",
    }


def _portal(stack: StackSettings) -> dict[str, str]:
    """Return the portal's settings: the lender's product and its checkout are played by the portal itself."""
    url = f"http://{LOOPBACK}:{stack.portal_port}"
    return {
        "ACTIVA_PORTAL_URL": url,
        "ACTIVA_PORTAL__ADDRESS": f"{LOOPBACK}:{stack.portal_port}",
        "ACTIVA_PORTAL__SESSION_SECRET": _SESSION_SECRET,
        "ACTIVA_PORTAL__ISSUER": f"{url}/desarrollo",
        "ACTIVA_PORTAL__JWKS": str((stack.folder / "issuer-public.json").resolve()),
        "ACTIVA_PORTAL__LOGIN_URL": f"{url}/desarrollo",
        "ACTIVA_PORTAL__CHECKOUT_URL": f"{url}/desarrollo/pagar",
        "ACTIVA_PORTAL__DEVELOPMENT_KEY": str((stack.folder / "issuer-private.json").resolve()),
    }


def _encryption(stack: StackSettings) -> dict[str, str]:
    found = encryption(stack)
    if found.ring is None:
        return {}
    return {
        "ACTIVA_ENCRYPTION__RING": str(found.ring),
        "ACTIVA_ENCRYPTION__READS_ONLY": str(found.reads_only).lower(),
    }


def product_environment(stack: StackSettings, shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the whole environment of a product process of this stack."""
    kept = {name: value for name, value in inherited_environment(shell).items() if not name.startswith("ACTIVA_")}
    return {
        **kept,
        **local_settings(stack, shell),
        "TEMPORAL_ADDRESS": f"{LOOPBACK}:{stack.temporal_port}",
        "TEMPORAL_NAMESPACE": "default",
        # A profile of the user's own, with its keys, must not reach a local process.
        "TEMPORAL_CONFIG_FILE": os.devnull,
        "PYTHONUNBUFFERED": "1",
    }


def write_settings(values: Mapping[str, str], path: Path) -> None:
    """Write the settings where the product's commands look for them, readable by the owner only, all or nothing."""
    lines = ["# Written at each start of the stack, anew. To try out another value, set the variable before the start."]
    lines += [f"{name}='{_quoted(value)}'" for name, value in sorted(values.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".activa-", delete=False, encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    Path(file.name).replace(path)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
