"""A worker whose settings are whole, and whose servers are not there, or are a world's."""

import os

from stack.servers import inherited_environment
from tests.support.world import World

SETTINGS = {
    "ACTIVA_ENV_FILE": os.devnull,
    "ACTIVA_LENDER__NAME": "Prestadora S.A.S.",
    "ACTIVA_LENDER__NIT": "900373115-3",
    "ACTIVA_LENDER__DATA_PROTECTION_MAIL": "datos@example.com",
    "ACTIVA_LENDER__POLICY_URL": "https://example.com/datos",
    "ACTIVA_S3__BUCKET": "activa",
    "ACTIVA_SMTP__HOST": "127.0.0.1",
    "ACTIVA_SMTP__SENDER": "activa@example.com",
    "ACTIVA_SMTP__REPLY_TO": "soporte@example.com",
    "ACTIVA_SUPPORT_MAIL": "soporte@example.com",
    "ACTIVA_PORTAL_URL": "https://activa.example.com",
    "ACTIVA_WORKER__METRICS_ADDRESS": "127.0.0.1:0",
    "TEMPORAL_ADDRESS": "127.0.0.1:1",
}


def environment_over(world: World) -> dict[str, str]:
    """Return what a worker in a process of its own needs to work in a world."""
    settings = world.settings
    return {
        **inherited_environment(),
        **SETTINGS,
        "ACTIVA_PORTAL_URL": "http://127.0.0.1:8000",
        "ACTIVA_S3__BUCKET": settings.s3.bucket,
        "ACTIVA_S3__ENDPOINT_URL": settings.s3.endpoint_url or "",
        "ACTIVA_S3__ACCESS_KEY_ID": "any",
        "ACTIVA_S3__SECRET_ACCESS_KEY": "any",
        "ACTIVA_SMTP__PORT": str(settings.smtp.port),
        "ACTIVA_SMTP__STARTTLS": "false",
        **world.place.environment,
    }
