"""The cloud's resources as one template: sound, closed, and its lifecycle the bootstrap's."""

import uuid
from typing import Any

import boto3
import pytest

from deploy.lifecycle import lifecycle
from domain.retention import Retention
from tests.support.deploy.aws_posture import weaknesses
from tests.support.deploy.aws_template import GIVEN, TEMPLATE, Template

TEXT = TEMPLATE.read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """Return a broken copy of the template."""
    assert old in TEXT, old
    return TEXT.replace(old, new, 1)


def test_nothing_is_open_that_must_be_closed() -> None:
    assert weaknesses(Template.read()) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("BlockPublicPolicy: true", "BlockPublicPolicy: false", "Documents is not closed to the public"),
        ("SSEAlgorithm: aws:kms", "SSEAlgorithm: AES256", "Documents is not encrypted by its own key"),
        (
            "KMSMasterKeyID: !GetAtt DocumentsKey.Arn",
            "KMSMasterKeyID: alias/aws/s3",
            "Documents is not encrypted by its own key",
        ),
        ("Status: Enabled\n      # No", "Status: Suspended\n      # No", "Documents keeps no versions"),
        ("ObjectLockEnabled: true", "ObjectLockEnabled: false", "Documents can't lock objects"),
        ("BucketOwnerEnforced", "ObjectWriter", "Documents takes access lists"),
        ('"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"', "the bucket answers without TLS"),
        ('"s3:TlsVersion": "1.2"', '"s3:TlsVersion": "1.0"', "the bucket answers over an old TLS"),
        (
            "Sid: OnlyThisEncryption\n            Effect: Deny",
            "Sid: OnlyThisEncryption\n            Effect: Allow",
            "an object may be written under another encryption",
        ),
        ("ArnNotEqualsIfExists", "ArnEquals", "an object may be written under another key"),
        ('["s3:BypassGovernanceRetention", "s3:DeleteBucket"]', '["s3:DeleteBucket"]', "a lock may be opened"),
        ("EnableKeyRotation: true", "EnableKeyRotation: false", "DocumentsKey is not rotated"),
        (
            'AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"',
            'AWS: "*"',
            "DocumentsKey is somebody else's too",
        ),
        ("DeletionPolicy: Retain", "DeletionPolicy: Delete", "DocumentsKey goes with the stack"),
        (
            '"aws:RequestTag/kubernetes-service-account": activa-portal',
            '"aws:RequestTag/kubernetes-pod": activa-portal',
            "PortalRole may be taken by others than the pods of activa-portal",
        ),
        ("ServiceAccount: activa-codec", "ServiceAccount: default", "CodecRole is taken by no pods of activa-codec"),
        ('Action: ["s3:ListBucket"]', 'Action: ["s3:List*"]', "activa-worker: may do s3:List*"),
        ("Resource: !GetAtt RingKey.Arn", 'Resource: "*"', "activa-worker: reaches *"),
        (
            'Action: ["s3:PutObject"]',
            'Action: ["s3:PutObject", "s3:PutObjectAcl"]',
            "activa-worker: may open locks, or hide objects",
        ),
        (
            'Action: ["s3:PutObject"]',
            'Action: ["s3:PutObject", "s3:PutBucketPolicy"]',
            "activa-worker: may change the bucket: s3:PutBucketPolicy",
        ),
        (
            'Action: ["s3:GetObject"]',
            'Action: ["s3:GetObject", "s3:DeleteObjectVersion"]',
            "activa-worker: may remove objects for good",
        ),
        (
            'Condition:\n                  "Null"',
            'Terms:\n                  "Null"',
            "activa-worker: may use RingKey.Arn for anything",
        ),
        ("SigningEnabled: true", "SigningEnabled: false", "MailIdentity does not sign"),
        ("RSA_2048_BIT", "RSA_1024_BIT", "MailIdentity signs by a short key"),
        ("TlsPolicy: REQUIRE", "TlsPolicy: OPTIONAL", "MailDelivery hands mails over without TLS"),
        ('Action: "ses:SendRawEmail"', 'Action: "ses:*"', "MailUser may do more than send as the sender"),
    ],
)
def test_what_a_broken_copy_leaves_open_is_named(old: str, new: str, expected: str) -> None:
    assert expected in weaknesses(Template.of(changed(old, new)))


def rules_of(template: Template) -> list[dict[str, Any]]:
    """Return the lifecycle as S3 takes it."""
    [bucket] = template.resources("AWS::S3::Bucket").values()
    rules = []
    for rule in bucket["LifecycleConfiguration"]["Rules"]:
        by_prefix = {"Prefix": rule.get("Prefix", "")}
        by_tag = {"And": {**by_prefix, "Tags": rule["TagFilters"]}} if "TagFilters" in rule else by_prefix
        marker = {"ExpiredObjectDeleteMarker": True} if rule.get("ExpiredObjectDeleteMarker") else {}
        age = {"Days": rule["ExpirationInDays"]} if "ExpirationInDays" in rule else {}
        as_named = {"ID": rule["Id"], "Status": rule["Status"], "Filter": by_tag, "Expiration": {**marker, **age}}
        names = ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
        rules.append({**as_named, **{name: rule[name] for name in names if name in rule}})
        known = {"Id", "Status", "Prefix", "TagFilters", "ExpiredObjectDeleteMarker", "ExpirationInDays", *names}
        assert set(rule) <= known, rule
    return rules


@pytest.mark.parametrize(
    "days", [{}, {"inbox_days": 14, "rejected_days": 15, "marker_days": 16, "noncurrent_days": 17}]
)
def test_the_lifecycle_is_the_bootstraps(days: dict[str, int]) -> None:
    parameters = {"".join(part.title() for part in name.split("_")): value for name, value in days.items()}

    assert rules_of(Template.read(**parameters)) == lifecycle(Retention(**days))


def test_another_prefix_or_age_is_not_the_bootstraps() -> None:
    for old, new in (
        ("Prefix: inbox/", "Prefix: letters/"),
        ("!Ref RejectedDays", "91"),
        ("Value: rejected", "Value: x"),
    ):
        assert rules_of(Template.of(changed(old, new))) != lifecycle(Retention())


def _what_moto_knows() -> str:
    """Return the template without the outputs of the mail domain, which moto has none of."""
    before, _, after = TEXT.partition("  DkimRecord1:")
    return before + after[after.index("  MailFromRecord:") :]


@pytest.mark.filterwarnings("ignore:Tried to parse AWS:UserWarning")  # of what moto knows nothing
def test_the_stack_can_be_created(moto_url: str) -> None:
    def client(service: str) -> Any:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=moto_url, region_name="us-east-1", **keys)

    name = f"activa-{uuid.uuid4().hex}"
    given = {**{key: value for key, value in GIVEN.items() if "::" not in key}, "BucketName": name}
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    cloud = client("cloudformation")
    cloud.create_stack(
        StackName=name, TemplateBody=_what_moto_knows(), Parameters=parameters, Capabilities=["CAPABILITY_IAM"]
    )

    [stack] = cloud.describe_stacks(StackName=name)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    assert (outputs["Bucket"], outputs["SmtpHost"]) == (name, "email-smtp.us-east-1.amazonaws.com")
    [rule] = client("s3").get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    made = cloud.describe_stack_resources(StackName=name)["StackResources"]
    roles = [each["PhysicalResourceId"] for each in made if each.get("ResourceType") == "AWS::IAM::Role"]
    kept = [client("iam").get_role(RoleName=each)["Role"]["AssumeRolePolicyDocument"] for each in roles]
    principals = [each["Statement"][0]["Principal"] for each in kept]
    assert principals == [{"Service": "pods.eks.amazonaws.com"}] * len(Template.read().roles())
