"""Whole objects in one S3 bucket, and writes that tell whether they won.

Invariant: whatever the server or the network does, a caller sees a value or a StoreUnavailableError whose text names
the operation and a code. Never a key, never an object's content: botocore's own texts may carry both.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, ResponseStreamingError

from adapters import spans
from domain.errors import StoreUnavailableError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import PutObjectRequestTypeDef

CONNECT_SECONDS: Final = 3
READ_SECONDS: Final = 10
TOTAL_ATTEMPTS: Final = 2
"""One quick repeat hides a dropped connection; longer outages are the caller's to wait out."""

_ABSENT: Final = frozenset({"NoSuchKey", "404"})
_LOST: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_NOT_SET_UP: Final = frozenset(
    {"NoSuchBucket", "AccessDenied", "403", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled"}
)


@dataclass(frozen=True)
class S3Object:
    """An object as it was read. `stored_at` is the store's own time of writing, aware UTC, in whole seconds.

    `size_bytes` is the whole object's, also when only its beginning was read. `age` is by the store's clock alone.
    """

    data: bytes
    etag: str
    stored_at: datetime
    size_bytes: int
    age: timedelta


def _said_at(headers: Mapping[str, str]) -> datetime:
    """Return the server's time of an answer; HTTP asks for it of every server that has a clock."""
    said = headers.get("date")
    return parsedate_to_datetime(said).astimezone(UTC) if said else datetime.now(UTC)


def connect(
    *,
    endpoint_url: str | None,
    region: str | None,
    access_key_id: str | None,
    secret_access_key: str | None,
    connections: int,
) -> "S3Client":
    """Return a client that threads may share; nothing is sent yet.

    `connections` is how many calls run at once: the worker's activity slots. Without keys boto3's own search for
    credentials applies. An endpoint of one's own has no name per bucket, so its bucket stands in the path.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": TOTAL_ATTEMPTS, "mode": "standard"},
        max_pool_connections=connections,
        s3={"addressing_style": "path" if endpoint_url else "auto"},
    )
    # A session of its own: the default one is shared and not safe to use from several threads.
    client: S3Client = boto3.Session().client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        config=config,
    )
    return client


def bucket_exists(client: "S3Client", bucket: str) -> bool:
    """Tell whether the bucket is there; raises StoreUnavailableError when that can't be found out."""
    with translated("HeadBucket", bucket):
        try:
            client.head_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) in {"404", "NoSuchBucket"}:
                return False
            raise
        return True


class S3Objects:
    """The objects of one bucket. Calls block; a client's threads may share it.

    A conditional write that answers False may have been beaten by its own repeat, when the first answer was lost on the
    way: who must know, reads the object back.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Hold the client and the bucket's name; nothing is sent yet."""
        self._client = client
        self._bucket = bucket

    def require_bucket(self) -> None:
        """Return where the bucket is there and lets this client in; raises StoreUnavailableError."""
        if not bucket_exists(self._client, self._bucket):
            raise StoreUnavailableError(f"S3 HeadBucket: bucket {self._bucket} does not exist")

    def get(self, key: str, limit_bytes: int | None = None) -> S3Object | None:
        """Return the object, or None when there is none.

        Reads at most one byte more than the limit, so that an object too large shows without being held in memory.
        """
        with translated("GetObject", self._bucket):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) in _ABSENT:
                    return None
                raise
            with closing(answer["Body"]) as body:
                if limit_bytes is None or answer["ContentLength"] <= limit_bytes:
                    data = body.read()
                else:
                    data = body.read(limit_bytes + 1)
                    # botocore notices a connection that broke in the middle only when it reads to the end.
                    if len(data) <= limit_bytes:
                        raise ResponseStreamingError(error="body cut short")
        stored_at = answer["LastModified"].astimezone(UTC)
        return S3Object(
            data=data,
            etag=answer["ETag"],
            stored_at=stored_at,
            size_bytes=answer["ContentLength"],
            age=_said_at(answer["ResponseMetadata"]["HTTPHeaders"]) - stored_at,
        )

    def list(self, prefix: str, after: str = "") -> Iterator[tuple[str, str]]:
        """Yield key and ETag of every object below a prefix whose key comes after one, a thousand for each request."""
        with translated("ListObjectsV2", self._bucket):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, StartAfter=after
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    yield each["Key"], each["ETag"]

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write the object, replacing what was there."""
        with translated("PutObject", self._bucket):
            self._client.put_object(**self._request(key, data, content_type))

    def put_new(self, key: str, data: bytes, content_type: str, *, locked_until: datetime | None = None) -> bool:
        """Write the object unless the key is taken; tell whether it was written.

        Until an instant, only whoever may bypass governance can remove it; the bucket must have Object Lock.
        """
        request = self._request(key, data, content_type)
        request["IfNoneMatch"] = "*"
        if locked_until is not None:
            request["ChecksumAlgorithm"] = "SHA256"  # which a locked object must name
            request["ObjectLockMode"], request["ObjectLockRetainUntilDate"] = "GOVERNANCE", locked_until
        return self._write_if(request)

    def replace(self, key: str, data: bytes, content_type: str, etag: str) -> bool:
        """Write the object if it still is the version named; tell whether it was written."""
        return self._write_if({**self._request(key, data, content_type), "IfMatch": etag})

    def remove_versions(self, key: str) -> int:
        """Remove the object in all its versions, and return how many those were; what is locked raises."""
        removed = 0
        with translated("DeleteObject", self._bucket):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key)
            for page in pages:
                versions = [each["VersionId"] for each in page.get("Versions", ()) if each["Key"] == key]
                markers = [each["VersionId"] for each in page.get("DeleteMarkers", ()) if each["Key"] == key]
                for version in (*versions, *markers):
                    self._client.delete_object(Bucket=self._bucket, Key=key, VersionId=version)
                removed += len(versions)
        return removed

    def _request(self, key: str, data: bytes, content_type: str) -> "PutObjectRequestTypeDef":
        return {
            "Bucket": self._bucket,
            "Key": key,
            "Body": data,
            "ContentType": content_type,
            "ChecksumSHA256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        }

    def _write_if(self, request: "PutObjectRequestTypeDef") -> bool:
        with translated("PutObject", self._bucket):
            try:
                self._client.put_object(**request)
            except ClientError as error:
                # A version to be replaced that is not there at all answers 404.
                if code_of(error) not in _LOST | _ABSENT:
                    raise
                return False
            return True


@contextmanager
def translated(operation: str, bucket: str) -> Iterator[None]:
    """Raise what a call reports as StoreUnavailableError."""
    try:
        with spans.call(f"S3 {operation}"):
            yield
    except ParamValidationError:
        raise  # a mistake in this code, which no retry mends
    except ClientError as error:
        text = f"S3 {operation}: {code_of(error)}"
        if code_of(error) in _NOT_SET_UP:
            text += f"; bucket {bucket} is not ready for this worker, run `python -m deploy.bootstrap`"
        raise StoreUnavailableError(text) from None
    except BotoCoreError as error:
        raise StoreUnavailableError(f"S3 {operation}: {type(error).__name__}") from None


def code_of(error: ClientError) -> str:
    """Return the store's own code of an error."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))
