"""What the store removes by itself, by age: made of the settings, and looked at before it is relied on.

Rules of others stay, unless one would remove what must be kept. That the store carries them out is its own promise:
the local one and moto keep them and do nothing.
"""

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from domain.bucket import AUDIT, PROFILES, SIGNED
from domain.errors import ActivaError
from domain.kinds import PREFIXES
from domain.retention import NONCURRENT_AT_ONCE, Retention, Rule, rules

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

OURS: Final = "activa-"
_KEPT: Final = tuple({*PREFIXES, AUDIT, PROFILES, SIGNED})
_NEVER: Final = "NoSuchLifecycleConfiguration"
_ABORT_DAYS: Final = 7
_COMPARED: Final = ("ID", "Status", "Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")

Json = dict[str, Any]


class LifecycleError(ActivaError):
    """The store's lifecycle removes what must be kept, or is not what was set."""


def ensure_lifecycle(client: "S3Client", bucket: str, retention: Retention) -> str:
    """Set our rules beside those of others and return what was done; raises LifecycleError."""
    before = _rules(client, bucket)
    others = [each for each in before if not str(each.get("ID", "")).startswith(OURS)]
    for each in others:
        _must_spare(each, bucket)
    wanted = lifecycle(retention)
    ours = [each for each in before if each not in others]
    if _comparable(ours) == _comparable(wanted):
        return "already enabled"
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={"Rules": [*others, *wanted]},  # type: ignore[list-item]
    )
    kept = [each for each in _rules(client, bucket) if str(each.get("ID", "")).startswith(OURS)]
    if _comparable(kept) != _comparable(wanted):
        raise LifecycleError(f"bucket {bucket} does not keep the lifecycle that was set; use another store")
    return "enabled"


def lifecycle(retention: Retention) -> list[Json]:
    """Return our rules as S3 takes them."""
    everything: Json = {
        "ID": f"{OURS}everything",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "NoncurrentVersionExpiration": {"NoncurrentDays": retention.noncurrent_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _ABORT_DAYS},
    }
    return [*map(_rule, rules(retention)), everything]


def _rule(rule: Rule) -> Json:
    by_prefix: Json = {"Prefix": rule.prefix}
    by_tag = {"And": {**by_prefix, "Tags": [{"Key": rule.tag[0], "Value": rule.tag[1]}]}} if rule.tag else by_prefix
    return {
        "ID": f"{OURS}{rule.expiry}",
        "Status": "Enabled",
        "Filter": by_tag,
        "Expiration": {"Days": rule.days},
        "NoncurrentVersionExpiration": {"NoncurrentDays": NONCURRENT_AT_ONCE},
    }


def _rules(client: "S3Client", bucket: str) -> list[Json]:
    try:
        found = client.get_bucket_lifecycle_configuration(Bucket=bucket)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != _NEVER:
            raise
        return []
    return [dict(each) for each in found.get("Rules", ())]


def _must_spare(rule: Json, bucket: str) -> None:
    """Raise LifecycleError where a rule of somebody else removes current objects that have no age."""
    expires = rule.get("Expiration", {})
    if rule.get("Status") != "Enabled" or not ({"Days", "Date"} & set(expires)):
        return
    chosen = rule.get("Filter", {})
    prefix = str(chosen.get("Prefix", chosen.get("And", {}).get("Prefix", rule.get("Prefix", ""))))
    ours = {each.prefix for each in rules(Retention()) if each.tag is None}
    reached = [each for each in _KEPT if each not in ours and (each.startswith(prefix) or prefix.startswith(each))]
    if reached:
        raise LifecycleError(
            f"bucket {bucket}: lifecycle rule {rule.get('ID')} removes what must be kept below "
            f"{', '.join(sorted(reached))}; remove that rule"
        )


def _comparable(found: list[Json]) -> list[Json]:
    """Return rules without what a store adds of its own, in one order."""
    plain = []
    for each in found:
        chosen = dict(each.get("Filter", {}))
        if "And" in chosen:
            chosen["And"] = {name: value for name, value in chosen["And"].items() if name in {"Prefix", "Tags"}}
        plain.append({**{name: each.get(name) for name in _COMPARED}, "Filter": chosen})
    return sorted(plain, key=lambda each: str(each["ID"]))
