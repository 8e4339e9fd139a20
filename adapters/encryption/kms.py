"""A key of the ring that never leaves AWS KMS. Only the companies' keys go there, to be wrapped and unwrapped.

Invariant: what goes wrong is an error whose text names the operation and a code, never a key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from domain.errors import ActivaError, ServiceUnavailableError

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 5
TOTAL_ATTEMPTS: Final = 2
_OF_ANOTHER: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
_OPERATOR_MUST_ACT: Final = frozenset(
    {
        "AccessDeniedException",
        "DisabledException",
        "InvalidArnException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
        "UnrecognizedClientException",
    }
)


class KmsUnavailableError(ServiceUnavailableError):
    """The KMS can't be reached or refuses for now."""


class KmsRefusedError(ActivaError):
    """The KMS refuses for good: the key is not there, is disabled, or is not ours to use."""


class KmsKey:
    """One key of AWS KMS, by its ARN. What it wraps is bound to its company by the KMS's own encryption context."""

    def __init__(self, arn: str) -> None:
        """Make a client for the key's region; nothing is sent yet. boto3's own search for credentials applies."""
        self._arn = arn
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TOTAL_ATTEMPTS, "mode": "standard"},
        )
        # A session of its own: the default one is shared and not safe to use from several threads.
        self._client: Any = boto3.Session().client("kms", region_name=arn.split(":")[3], config=config)

    def wrap(self, secret: bytes, company_id: str, key_id: str) -> bytes:
        """Return the key wrapped; raises KmsUnavailableError or KmsRefusedError."""
        with self._translated():
            answer = self._client.encrypt(
                KeyId=self._arn, Plaintext=secret, EncryptionContext=_context(company_id, key_id)
            )
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, company_id: str, key_id: str) -> bytes | None:
        """Return the key, or None where this one has not wrapped it for the same; raises as `wrap` does."""
        with self._translated():
            try:
                answer = self._client.decrypt(
                    KeyId=self._arn, CiphertextBlob=wrapped, EncryptionContext=_context(company_id, key_id)
                )
            except ClientError as error:
                if _code(error) in _OF_ANOTHER:
                    return None
                raise
        return bytes(answer["Plaintext"])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            text = f"KMS {error.operation_name}: {_code(error)}"
            if _code(error) in _OPERATOR_MUST_ACT:
                raise KmsRefusedError(f"{text}; check the key {self._arn} and the rights over it") from None
            raise KmsUnavailableError(text) from None
        except BotoCoreError as error:
            raise KmsUnavailableError(f"KMS: {type(error).__name__}") from None


def _context(company_id: str, key_id: str) -> dict[str, str]:
    return {"activa:company": company_id or "-", "activa:key": key_id}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
