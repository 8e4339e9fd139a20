"""A worker whose settings are whole, and whose servers are not there."""

import os

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
