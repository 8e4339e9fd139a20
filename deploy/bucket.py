"""The bucket as the product needs it: there, versioned, closed to the public, encrypted, and honouring conditions.

Applied again at every run: a bucket made by hand, or a local server that forgot its settings, ends up the same.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from deploy.conditional_writes import ConditionIgnoredError, probe
from deploy.lifecycle import LifecycleError, ensure_lifecycle
from domain.errors import ActivaError, StoreUnavailableError
from domain.retention import Retention

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client
    from types_boto3_s3.type_defs import CreateBucketRequestTypeDef, ServerSideEncryptionRuleTypeDef

_ABSENT: Final = frozenset({"404", "NoSuchBucket"})
_NOT_SUPPORTED: Final = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})
_FOR_NOW: Final = frozenset({"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "500", "502", "503"})
_NEEDED: Final = frozenset({"bucket", "conditional_writes"})
_HOME_REGION: Final = "us-east-1"


class BucketRefusedError(ActivaError):
    """The object store refuses what the bucket needs; somebody must correct name, keys or rights."""


def ensure_bucket(
    client: "S3Client", bucket: str, *, locks: bool = False, retention: Retention | None = None
) -> dict[str, str]:
    """Create the bucket if it is not there and apply its settings; return what was done, by setting.

    With `locks`, objects in it can be locked; that is never taken back. An encryption that somebody chose is kept.
    With `retention`, the store removes by itself what has an age.
    Raises StoreUnavailableError, or BucketRefusedError naming the call.
    """
    steps: dict[str, Callable[[S3Client, str], str]] = {
        "bucket": _created,
        "versioning": _versioned,
        "public_access_block": _closed_to_the_public,
        "encryption": _encrypted,
        "conditional_writes": probe,
    }
    if locks:
        steps["object_lock"] = _lockable
    if retention is not None:
        steps["lifecycle"] = partial(ensure_lifecycle, retention=retention)
    return {name: _outcome(name, step, client, bucket) for name, step in steps.items()}


def _outcome(name: str, step: Callable[["S3Client", str], str], client: "S3Client", bucket: str) -> str:
    try:
        return step(client, bucket)
    except ClientError as error:
        code = _code(error)
        if code in _NOT_SUPPORTED and name not in _NEEDED:
            return "not supported by this server"
        text = f"S3 refuses {name} of bucket {bucket}: {code} ({error.operation_name})"
        if code in _FOR_NOW:
            raise StoreUnavailableError(f"{text}; try again later") from error
        raise BucketRefusedError(f"{text}; check ACTIVA_S3__BUCKET, its region, the keys and their rights") from error
    except (ConditionIgnoredError, LifecycleError) as error:
        raise BucketRefusedError(str(error)) from None
    except ParamValidationError as error:
        raise BucketRefusedError(f"{bucket} can't be a bucket's name; correct ACTIVA_S3__BUCKET") from error
    except BotoCoreError as error:
        endpoint = client.meta.endpoint_url
        raise StoreUnavailableError(
            f"S3 can't be reached at {endpoint}: {type(error).__name__}; "
            "start it (locally: `make run` or `make cluster`) or correct ACTIVA_S3__ENDPOINT_URL"
        ) from error


def _created(client: "S3Client", bucket: str) -> str:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if _code(error) not in _ABSENT:
            raise
    else:
        return "already there"
    request: CreateBucketRequestTypeDef = {"Bucket": bucket}
    region = client.meta.region_name
    if region != _HOME_REGION:  # which S3 refuses to be told
        request["CreateBucketConfiguration"] = {"LocationConstraint": region}  # type: ignore[typeddict-item]
    try:
        client.create_bucket(**request)
    except ClientError as error:
        if _code(error) != "BucketAlreadyOwnedByYou":  # somebody bootstraps at the same moment
            raise
        return "already there"
    return "created"


def _versioned(client: "S3Client", bucket: str) -> str:
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return "enabled"


def _closed_to_the_public(client: "S3Client", bucket: str) -> str:
    client.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    return "enabled"


def _encrypted(client: "S3Client", bucket: str) -> str:
    try:
        rules = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if _code(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        rules = []
    if rules:
        return f"already {rules[0]['ApplyServerSideEncryptionByDefault']['SSEAlgorithm']}"
    default: ServerSideEncryptionRuleTypeDef = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    return "enabled"


def _lockable(client: "S3Client", bucket: str) -> str:
    try:
        found = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except ClientError as error:
        if _code(error) != "ObjectLockConfigurationNotFoundError":
            raise
        found = {}
    if found.get("ObjectLockEnabled") == "Enabled":
        return "already enabled"
    client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    return "enabled"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
