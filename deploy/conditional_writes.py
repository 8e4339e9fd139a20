"""Whether the store keeps the promise on which everything that happens once relies: a write under a condition.

A store that ignores `If-None-Match` or `If-Match` answers as if each had won, and nobody sees a difference: a hand-off
token would open twice, a mail go out twice, a loan begin twice.
"""

import contextlib
import uuid
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from domain.bucket import PROBE
from domain.errors import ActivaError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import PutObjectOutputTypeDef

_LOST: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})


class ConditionIgnoredError(ActivaError):
    """The store writes whatever the condition."""


def probe(client: "S3Client", bucket: str) -> str:
    """Return that conditions are honoured; raises ConditionIgnoredError naming the one that is not.

    What was written is taken away again, where that is allowed.
    """
    written = [client.put_object(Bucket=bucket, Key=PROBE, Body=uuid.uuid4().hex.encode())]
    try:
        _must_lose(client, bucket, "If-None-Match: *", IfNoneMatch="*")
        _must_lose(client, bucket, "If-Match of another version", IfMatch=f'"{uuid.uuid4().hex}"')
        written.append(_must_win(client, bucket, written[0]["ETag"]))
    finally:
        for each in written:
            version: dict[str, str] = {"VersionId": each["VersionId"]} if "VersionId" in each else {}
            with contextlib.suppress(ClientError):
                client.delete_object(Bucket=bucket, Key=PROBE, **version)  # type: ignore[arg-type]  # one of its names
    return "honoured"


def _must_win(client: "S3Client", bucket: str, etag: str) -> "PutObjectOutputTypeDef":
    try:
        return client.put_object(Bucket=bucket, Key=PROBE, Body=b"last", IfMatch=etag)
    except ClientError as error:
        if _code(error) not in _LOST:
            raise
        raise ConditionIgnoredError(f"{_told(bucket)} it refuses If-Match of the version that is there") from None


def _must_lose(client: "S3Client", bucket: str, condition: str, **conditions: str) -> None:
    try:
        client.put_object(Bucket=bucket, Key=PROBE, Body=b"lost", **conditions)  # type: ignore[arg-type]  # one of two names
    except ClientError as error:
        if _code(error) not in _LOST:
            raise
    else:
        raise ConditionIgnoredError(f"{_told(bucket)} it ignores {condition}")


def _told(bucket: str) -> str:
    return f"the store of bucket {bucket} can't be used, set ACTIVA_S3__ENDPOINT_URL to another:"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
