"""The template of the cloud's resources, read without the cloud: its resources, and what its roles may do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError

from stack.process import ROOT

TEMPLATE = ROOT / "deploy" / "aws" / "activa.yaml"
GIVEN = {
    "BucketName": "activa-test",
    "ClusterName": "cluster",
    "MailDomain": "avisos.example.co",
    "MailSender": "activa@avisos.example.co",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
}
Json = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """YAML with the short forms of CloudFormation's functions."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> Json:
    value = loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else loader.construct_sequence(node)  # type: ignore[arg-type]  # of which there are two
    return {name if name == "Ref" else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _function)


@dataclass(frozen=True)
class Template:
    """One template, its parameters given: functions stand resolved, of what is not there yet only the name."""

    parameters: Mapping[str, Any]
    raw: Json

    @classmethod
    def read(cls, path: Path = TEMPLATE, **parameters: Any) -> "Template":
        return cls.of(path.read_text(encoding="utf-8"), **parameters)

    @classmethod
    def of(cls, text: str, **parameters: Any) -> "Template":
        raw = yaml.load(text, _Loader)  # noqa: S506  # a safe loader
        defaults = {name: each["Default"] for name, each in raw["Parameters"].items() if "Default" in each}
        return cls({**defaults, **GIVEN, **parameters}, raw)

    def resources(self, kind: str) -> dict[str, Json]:
        """Return the properties of every resource of a type, by its name in the template."""
        found = {name: each for name, each in self.raw["Resources"].items() if each["Type"] == kind}
        return {name: self._resolved(each.get("Properties", {})) for name, each in found.items()}

    def _resolved(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._resolved(each) for each in node]
        if not isinstance(node, dict):
            return node
        match node:
            case {"Ref": name}:
                return self._value(name)
            case {"Fn::GetAtt": name}:
                return self._value(name)
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._value(found[1])), text)
        return {name: self._resolved(each) for name, each in node.items()}

    def _value(self, name: str) -> Any:
        if name == "Documents.Arn":
            return f"arn:aws:s3:::{self.parameters['BucketName']}"
        return self.parameters.get(name, name)

    def roles(self) -> dict[str, "Role"]:
        """Return every role by the service account whose pods take it."""
        found = {}
        for properties in self.resources("AWS::IAM::Role").values():
            [policy] = properties["Policies"]
            found[policy["PolicyName"]] = Role(policy["PolicyDocument"]["Statement"])
        return found


@dataclass(frozen=True)
class Role:
    """What one process may do."""

    statements: list[Json]

    def allows(self, action: str, resource: str) -> bool:
        return any(
            each["Effect"] == "Allow"
            and any(fnmatchcase(action, pattern) for pattern in listed(each["Action"]))
            and any(fnmatchcase(resource, pattern) for pattern in listed(each["Resource"]))
            for each in self.statements
        )


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_OF_THE_BUCKET = {
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketVersioning": "PutBucketVersioning",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
_OF_AN_OBJECT = {"DeleteObject", "GetObject", "PutObject", "PutObjectRetention", "PutObjectTagging"}


def needed(operation: str, asked: Json) -> Iterator[tuple[str, str]]:
    """Yield the actions that S3 looks for before a call, each with the resource; KeyError for a call not known here.

    What is said of each stands in the service authorization reference of Amazon S3.
    """
    bucket = f"arn:aws:s3:::{asked['Bucket']}"
    if operation == "DeleteObjects":
        for each in asked["Delete"]["Objects"]:
            yield from needed("DeleteObject", {"Bucket": asked["Bucket"], **each})
    elif operation == "HeadObject":
        yield from needed("GetObject", asked)
        yield "s3:GetObjectRetention", f"{bucket}/{asked['Key']}"  # without it the answer leaves the lock out
        yield "s3:GetObjectTagging", f"{bucket}/{asked['Key']}"  # and without this the number of tags
    elif operation in _OF_AN_OBJECT:
        versioned = "Version" if operation in {"DeleteObject", "GetObject"} and "VersionId" in asked else ""
        yield f"s3:{operation}{versioned}", f"{bucket}/{asked['Key']}"
        if "ObjectLockMode" in asked:
            yield "s3:PutObjectRetention", f"{bucket}/{asked['Key']}"
        if "IfMatch" in asked:
            yield "s3:GetObject", f"{bucket}/{asked['Key']}"
    else:
        yield f"s3:{_OF_THE_BUCKET[operation]}", bucket


def restricted(client: Any, role: Role) -> set[tuple[str, str]]:
    """Let a client do what a role may, and be refused anything else as by S3; return what was done, as it is done."""
    done: set[tuple[str, str]] = set()

    def look(params: Json, model: Any, **_: Any) -> None:
        for action, resource in needed(model.name, params):
            if not role.allows(action, resource):
                error = {"Code": "AccessDenied", "Message": f"{action} on {resource}"}
                raise ClientError({"Error": error}, model.name)  # type: ignore[arg-type]  # as botocore does
            done.add((action, resource))

    client.meta.events.register("before-parameter-build.s3.*", look)
    return done
