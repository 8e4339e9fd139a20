"""What must hold of the cloud's resources, whatever else stands in the template: each thing that does not, in words."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.deploy.aws_template import Role, Template, listed

Json = dict[str, Any]
OF_THE_BUCKET_ONLY = "activa-bootstrap"
MAY_REMOVE = "activa-tools"


def weaknesses(template: Template) -> list[str]:
    """Return what is wrong with a template."""
    checks: tuple[Callable[[Template], Iterator[str]], ...] = (_buckets, _policies, _keys, _kept, _trusts, _mail)
    found = [each for check in checks for each in check(template)]
    for name, role in template.roles().items():
        found += [f"{name}: {each}" for each in _rights(name, role)]
    return found


def _buckets(template: Template) -> Iterator[str]:
    for name, bucket in template.resources("AWS::S3::Bucket").items():
        block = bucket.get("PublicAccessBlockConfiguration", {})
        if [each for each in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
                if block.get(each) is not True]:  # fmt: skip
            yield f"{name} is not closed to the public"
        rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        defaults = [each["ServerSideEncryptionByDefault"] for each in rules]
        if defaults != [{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "DocumentsKey.Arn"}]:
            yield f"{name} is not encrypted by its own key"
        if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
            yield f"{name} keeps no versions"
        if bucket.get("ObjectLockEnabled") is not True:
            yield f"{name} can't lock objects"
        if bucket.get("OwnershipControls") != {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}:
            yield f"{name} takes access lists"


def _policies(template: Template) -> Iterator[str]:
    bucket = f"arn:aws:s3:::{template.parameters['BucketName']}"
    policies = [each["PolicyDocument"]["Statement"] for each in template.resources("AWS::S3::BucketPolicy").values()]
    denied = [each for policy in policies for each in policy if each["Effect"] == "Deny" and each["Principal"] == "*"]

    def denies(action: str, resources: list[str], **condition: Json) -> bool:
        return any(
            action in listed(each["Action"])
            and listed(each["Resource"]) == resources
            and each.get("Condition", {}) == condition
            for each in denied
        )

    whole, objects = [bucket, f"{bucket}/*"], [f"{bucket}/*"]
    encryption = "s3:x-amz-server-side-encryption"
    own = {f"{encryption}-aws-kms-key-id": "DocumentsKey.Arn"}
    if not denies("s3:*", whole, Bool={"aws:SecureTransport": "false"}):
        yield "the bucket answers without TLS"
    if not denies("s3:*", whole, NumericLessThan={"s3:TlsVersion": "1.2"}):
        yield "the bucket answers over an old TLS"
    if not denies("s3:PutObject", objects, StringNotEqualsIfExists={encryption: "aws:kms"}):
        yield "an object may be written under another encryption"
    if not denies("s3:PutObject", objects, ArnNotEqualsIfExists=own):
        yield "an object may be written under another key"
    if not denies("s3:BypassGovernanceRetention", whole):
        yield "a lock may be opened"
    if any(each["Effect"] == "Allow" for policy in policies for each in policy):
        yield "the bucket's policy lets somebody in"


def _keys(template: Template) -> Iterator[str]:
    account = f"arn:aws:iam::{template.parameters['AWS::AccountId']}:root"
    for name, key in template.resources("AWS::KMS::Key").items():
        if key.get("EnableKeyRotation") is not True:
            yield f"{name} is not rotated"
        if [each["Principal"] for each in key["KeyPolicy"]["Statement"]] != [{"AWS": account}]:
            yield f"{name} is somebody else's too"


def _kept(template: Template) -> Iterator[str]:
    for name, each in template.raw["Resources"].items():
        policies = (each.get("DeletionPolicy"), each.get("UpdateReplacePolicy"))
        if each["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key"} and policies != ("Retain", "Retain"):
            yield f"{name} goes with the stack"


def _trusts(template: Template) -> Iterator[str]:
    pods = {
        each["RoleArn"].removesuffix(".Arn"): each
        for each in template.resources("AWS::EKS::PodIdentityAssociation").values()
    }
    for name, role in template.resources("AWS::IAM::Role").items():
        [policy] = role["Policies"]
        tags = {
            "aws:RequestTag/eks-cluster-name": template.parameters["ClusterName"],
            "aws:RequestTag/kubernetes-namespace": template.parameters["KubernetesNamespace"],
            "aws:RequestTag/kubernetes-service-account": policy["PolicyName"],
        }
        for each in role["AssumeRolePolicyDocument"]["Statement"]:
            if each["Principal"] != {"Service": "pods.eks.amazonaws.com"} or each.get("Condition") != {
                "StringEquals": tags
            }:
                yield f"{name} may be taken by others than the pods of {policy['PolicyName']}"
        if pods.get(name, {}).get("ServiceAccount") != policy["PolicyName"]:
            yield f"{name} is taken by no pods of {policy['PolicyName']}"


def _rights(name: str, role: Role) -> Iterator[str]:
    actions = [action for each in role.statements for action in listed(each["Action"])]
    resources = [resource for each in role.statements for resource in listed(each["Resource"])]
    yield from (f"may do {each}" for each in actions if "*" in each)
    yield from (f"reaches {each}" for each in resources if not _is_ours(each))
    if any(each["Effect"] != "Allow" for each in role.statements):
        yield "is denied something, which is not looked at here"
    if name != MAY_REMOVE and role.allows(
        "s3:DeleteObjectVersion", "arn:aws:s3:::activa-test/profiles/C1/company.json"
    ):
        yield "may remove objects for good"
    of_the_bucket = [each for each in actions if each.startswith("s3:Put") and not each.startswith("s3:PutObject")]
    if name != OF_THE_BUCKET_ONLY and of_the_bucket:
        yield f"may change the bucket: {', '.join(of_the_bucket)}"
    if {"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:PutObjectAcl"} & set(actions):
        yield "may open locks, or hide objects"
    for each in role.statements:
        keys = [every for every in listed(each["Resource"]) if every.endswith("Key.Arn")]
        if keys and "Condition" not in each:
            yield f"may use {', '.join(keys)} for anything"


def _is_ours(resource: str) -> bool:
    return resource in {"DocumentsKey.Arn", "RingKey.Arn"} or resource.startswith("arn:aws:s3:::activa-test")


def _mail(template: Template) -> Iterator[str]:
    for name, each in template.resources("AWS::SES::EmailIdentity").items():
        if each.get("DkimAttributes") != {"SigningEnabled": True}:
            yield f"{name} does not sign"
        if each.get("DkimSigningAttributes") != {"NextSigningKeyLength": "RSA_2048_BIT"}:
            yield f"{name} signs by a short key"
    for name, each in template.resources("AWS::SES::ConfigurationSet").items():
        if each.get("DeliveryOptions", {}).get("TlsPolicy") != "REQUIRE":
            yield f"{name} hands mails over without TLS"
    for name, each in template.resources("AWS::IAM::User").items():
        [policy] = each["Policies"]
        [statement] = policy["PolicyDocument"]["Statement"]
        sender = {"StringEquals": {"ses:FromAddress": template.parameters["MailSender"]}}
        if (statement["Action"], statement.get("Condition")) != ("ses:SendRawEmail", sender):
            yield f"{name} may do more than send as the sender"
