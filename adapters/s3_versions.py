"""Every version of a bucket's objects: to give them out, to remove them for good, to lock and to tag them.

The invariant is that of `adapters.s3`. In a bucket without versioning each object has one version, called `null`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from adapters.s3 import code_of, translated
from domain.errors import ActivaError

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

MOST_AT_ONCE: Final = 1000
_ABSENT: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


class NoLocksError(ActivaError):
    """The bucket can't lock objects."""


@dataclass(frozen=True)
class Version:
    """One version of an object, or the marker that it was removed. `stored_at` is aware UTC."""

    key: str
    version_id: str
    stored_at: datetime
    size_bytes: int = 0
    is_latest: bool = True
    is_marker: bool = False


@dataclass(frozen=True)
class Protection:
    """What keeps an object, or lets it go early."""

    stored_at: datetime
    locked_until: datetime | None
    is_tagged: bool


class S3Versions:
    """The versions in one bucket. Calls block."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Hold the client and the bucket's name; nothing is sent yet."""
        self._client = client
        self._bucket = bucket

    def below(self, prefix: str) -> Iterator[Version]:
        """Yield every version and every marker below a prefix, by key, the newest of each first."""
        with translated("ListObjectVersions", self._bucket):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
            for page in pages:
                stored = [
                    Version(
                        each["Key"],
                        each["VersionId"],
                        each["LastModified"].astimezone(UTC),
                        each["Size"],
                        each["IsLatest"],
                    )
                    for each in page.get("Versions", ())
                ]
                markers = [
                    Version(
                        each["Key"],
                        each["VersionId"],
                        each["LastModified"].astimezone(UTC),
                        is_latest=each["IsLatest"],
                        is_marker=True,
                    )
                    for each in page.get("DeleteMarkers", ())
                ]
                yield from sorted((*stored, *markers), key=lambda each: (each.key, not each.is_latest))

    def get(self, version: Version) -> bytes | None:
        """Return what a version holds; None when it is gone by now, or is a marker."""
        if version.is_marker:
            return None
        with translated("GetObject", self._bucket):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=version.key, VersionId=version.version_id)
            except ClientError as error:
                if code_of(error) not in _ABSENT:
                    raise
                return None
            with closing(found["Body"]) as body:
                return body.read()

    def remove(self, versions: Iterable[Version]) -> tuple[Version, ...]:
        """Remove versions for good and return those that the store does not let go, because they are locked."""
        wanted = list(versions)
        refused: list[Version] = []
        for start in range(0, len(wanted), MOST_AT_ONCE):
            refused += self._remove(wanted[start : start + MOST_AT_ONCE])
        return tuple(refused)

    def _remove(self, wanted: Sequence[Version]) -> list[Version]:
        with translated("DeleteObjects", self._bucket):
            answer = self._client.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": each.key, "VersionId": each.version_id} for each in wanted], "Quiet": True},
            )
        errors = answer.get("Errors", [])
        for each in errors:
            if each.get("Code") not in {"AccessDenied", *_ABSENT}:
                with translated("DeleteObjects", self._bucket):
                    raise ClientError({"Error": {"Code": each.get("Code", "unknown")}}, "DeleteObjects")
        # Not every store says which version it was.
        denied = {(each.get("Key"), each.get("VersionId")) for each in errors if each.get("Code") == "AccessDenied"}
        return [each for each in wanted if denied & {(each.key, each.version_id), (each.key, None)}]

    def protection(self, key: str, version_id: str | None = None) -> Protection | None:
        """Return what protects an object, its current version or the one named; None when there is none."""
        named: dict[str, str] = {} if version_id is None else {"VersionId": version_id}
        with translated("HeadObject", self._bucket):
            try:
                found = self._client.head_object(Bucket=self._bucket, Key=key, **named)  # type: ignore[arg-type]  # one name
            except ClientError as error:
                if code_of(error) not in _ABSENT:
                    raise
                return None
        until = found.get("ObjectLockRetainUntilDate")
        stored_at = found["LastModified"].astimezone(UTC)
        return Protection(stored_at, None if until is None else until.astimezone(UTC), found.get("TagCount", 0) > 0)

    def lock(self, key: str, until: datetime) -> None:
        """Let nobody but whoever may bypass governance remove an object before an instant; raises NoLocksError."""
        with translated("PutObjectRetention", self._bucket):
            try:
                self._client.put_object_retention(
                    Bucket=self._bucket, Key=key, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until}
                )
            except ClientError as error:
                if code_of(error) != "InvalidRequest":
                    raise
                raise NoLocksError(
                    f"bucket {self._bucket} has no Object Lock: run `python -m deploy.bootstrap`, "
                    "or set ACTIVA_RETENTION__LOCK_LETTERS to false"
                ) from None

    def tag(self, key: str, tag: tuple[str, str]) -> None:
        """Give an object a tag, by which the store's lifecycle knows it."""
        with translated("PutObjectTagging", self._bucket):
            self._client.put_object_tagging(
                Bucket=self._bucket, Key=key, Tagging={"TagSet": [{"Key": tag[0], "Value": tag[1]}]}
            )
