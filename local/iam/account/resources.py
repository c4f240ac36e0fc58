"""What the account knows of resources that a call names, and their policies."""

from typing import Any

from local.extensions.backend_state import state_of
from local.iam.account.backends import backend
from local.iam.account.roles import RoleNotFoundError, parsed, role_of, trust_policy
from local.iam.policies.document import Policy

AWS_MANAGED = "alias/aws/"
"""Keys of AWS's services, which every caller in the account may use through them."""


class EmulatedAccount:
    """One account and region of the embedded AWS.

    Args:
        account: its id.
        region: of the call.
    """

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region

    # What a call names.

    def role_arn(self, name: str) -> str:
        """ARN of a role with its path."""
        iam = self._backend("iam")
        roles = iam.roles.values() if iam is not None else ()
        return next((str(role.arn) for role in roles if role.name == name), f"arn:aws:iam::{self.account}:role/{name}")

    def boundary_of(self, role_name: str) -> str:
        """ARN of the permissions boundary of a role; empty where it has none."""
        try:
            return str(role_of(self.account, self.role_arn(role_name)).permissions_boundary_arn or "")
        except RoleNotFoundError:
            return ""

    def secret_arn(self, secret_id: str) -> str:
        """ARN of a secret by its name or part of its ARN; the text itself where there is no such secret."""
        secret = self._secret(secret_id)
        return secret_id if secret is None else str(secret.arn)

    def secret_key(self, secret_id: str) -> str:
        """ARN of the KMS key of a secret; empty for AWS's own."""
        secret = self._secret(secret_id)
        return self.key_arn(str(getattr(secret, "kms_key_id", None) or "")) if secret is not None else ""

    def parameter_key(self, name: str) -> str:
        """ARN of the KMS key of a parameter; empty where it is not encrypted, or its key is AWS's own."""
        ssm = self._backend("ssm")
        name = "/" + name.partition(":parameter/")[2] if ":parameter/" in name else name
        name = name.partition(":")[0]
        versions = (
            (dict.get(ssm._parameters, name) or dict.get(ssm._parameters, name.removeprefix("/"))) if ssm else None
        )
        if not versions or versions[-1].parameter_type != "SecureString":
            return ""
        return self.key_arn(str(versions[-1].keyid or ""))

    def key_arn(self, key_id: str) -> str:
        """ARN of a KMS key by its id, ARN, alias or alias ARN; empty where it is AWS's own or does not exist."""
        key = self._key(key_id)
        return "" if key is None else str(key.arn)

    def key_aliases(self, arn: str) -> tuple[str, ...]:
        """The aliases of a KMS key."""
        key = self._key(arn)
        return () if key is None else tuple(map(str, key.aliases))

    def bucket_key(self, bucket: str) -> tuple[str, bool]:
        """Default KMS key of a bucket, empty for none, and whether the bucket has a bucket key."""
        known = self._bucket(bucket)
        rule = ((known.encryption or {}).get("Rule") or {}) if known is not None else {}
        rule = rule[0] if isinstance(rule, list) else rule
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        has_bucket_key = str(rule.get("BucketKeyEnabled", "")).lower() == "true"
        return str(default.get("KMSMasterKeyID") or ""), has_bucket_key

    def object_key(self, bucket: str, key: str) -> str:
        """ARN of the KMS key of an S3 object; empty where it is not encrypted with one."""
        known = self._bucket(bucket)
        stored = known.keys.get(key) if known is not None else None
        return self.key_arn(str(getattr(stored, "kms_key_id", None) or "")) if stored is not None else ""

    def queue_key(self, queue_name: str) -> str:
        """ARN of the KMS key of a queue; empty for none."""
        sqs = self._backend("sqs")
        queue = sqs.queues.get(queue_name) if sqs is not None else None
        return self.key_arn(str(getattr(queue, "kms_master_key_id", None) or ""))

    def mail_identity(self, address: str) -> str:
        """The identity of SES that an address is sent from: the address, or its domain where only that is verified."""
        ses, domain = self._backend("ses"), address.rpartition("@")[2]
        identities = ses.email_identities if ses is not None else {}
        return domain if address not in identities and domain in identities else address

    def topic_key(self, topic_arn: str) -> str:
        """ARN of the KMS key of a topic; empty for none."""
        topic = self._topic(topic_arn)
        return self.key_arn(str(getattr(topic, "kms_master_key_id", None) or ""))

    def copies_first_image(self, repository: str) -> bool:
        """Whether a pull from this ECR repository copies it from another registry, and creates it."""
        ecr = self._backend("ecr")
        if ecr is None or repository in ecr.repositories:
            return False
        rules: dict[str, Any] = state_of(ecr, "pull_through_cache_rules", dict)
        return any(repository.startswith(f"{prefix}/") for prefix in rules)

    def task_definition(self, name: str) -> tuple[str, tuple[str, ...]]:
        """ARN of a task definition, and the ARNs of its roles."""
        ecs = self._backend("ecs")
        family, _, revision = name.rpartition("/")[2].partition(":")
        revisions = ecs.task_definitions.get(family) if ecs is not None else None
        known = (revisions or {}).get(int(revision) if revision.isdigit() else max(revisions or {0: None}))
        if known is None:
            return name, ()
        roles = (getattr(known, "task_role_arn", None), getattr(known, "execution_role_arn", None))
        return str(known.arn), tuple(str(role) for role in roles if role)

    def deployment_group(self, deployment_id: str) -> tuple[str, str]:
        """Application and deployment group of a CodeDeploy deployment; both empty where there is none."""
        codedeploy = self._backend("codedeploy")
        known = codedeploy.deployments.get(deployment_id) if codedeploy is not None else None
        return ("", "") if known is None else (str(known.application_name), str(known.deployment_group_name))

    # Policies and tags of a resource.

    def resource_policy(self, arn: str) -> tuple[Policy | None, bool]:
        """The policy of a resource, and whether it must allow what is done with the resource.

        Raises:
            MalformedPolicyError: it is no policy.
        """
        parts = arn.split(":", 5)
        if len(parts) < 6:
            return None, False
        _, _, service, region, owner, resource = parts
        if (region or self.region, owner or self.account) != (self.region, self.account) and owner.isdigit():
            return EmulatedAccount(owner, region or self.region).resource_policy(arn)
        document: Any = None
        if service == "kms" and resource.startswith("key/"):
            key = self._key(arn)
            return (None if key is None else parsed(f"policy of {arn}", str(key.policy))), key is not None
        if service == "iam" and resource.startswith("role/"):
            # A trust policy says who may assume the role, and nothing about the role as a resource of IAM.
            return None, False
        if service == "s3":
            known = self._bucket(resource.partition("/")[0])
            document = known.policy if known is not None else None
        elif service == "secretsmanager":
            document = getattr(self._secret(arn), "policy", None)
        elif service == "sqs":
            sqs = self._backend("sqs")
            document = getattr(sqs.queues.get(resource) if sqs is not None else None, "policy", None)
        elif service == "sns":
            topic = self._topic(arn)
            document = topic.policy if topic is not None else None
        elif service == "ecr":
            ecr = self._backend("ecr")
            name = resource.removeprefix("repository/")
            document = getattr(ecr.repositories.get(name) if ecr is not None else None, "policy", None)
        return (parsed(f"policy of {arn}", document) if document else None), False

    def trust_policy(self, role_arn: str) -> Policy | None:
        """Who may assume a role; `None` where there is no such role."""
        try:
            return trust_policy(role_arn.split(":")[4] or self.account, role_arn)
        except (RoleNotFoundError, IndexError):
            return None

    def tags(self, arn: str) -> dict[str, str]:
        """The tags of a resource; none where it has none, or moto does not know them."""
        from moto.core.resource_tagging import iter_taggable_backends

        parts = arn.split(":", 5)
        if len(parts) < 6:
            return {}
        if parts[2] == "iam":
            try:
                tags: Any = role_of(self.account, arn).tags or []
            except RoleNotFoundError:
                return {}
            pairs = tags.values() if isinstance(tags, dict) else tags
            return {str(each["Key"]): str(each.get("Value", "")) for each in pairs}
        if parts[2] == "ecr":
            ecr = self._backend("ecr")
            return dict(ecr.tagger.get_tag_dict_for_resource(arn)) if ecr is not None else {}
        for each in iter_taggable_backends(self.account, self.region):
            if each.owns_arn(arn):
                known = next((one for one in each.iter_tagged_resources() if one.arn == arn), None)
                return dict(known.tags) if known is not None else {}
        return {}

    def _backend(self, service: str) -> Any:
        return backend(service, self.account, self.region)

    def _secret(self, secret_id: str) -> Any:
        secretsmanager = self._backend("secretsmanager")
        return secretsmanager.secrets.get(secret_id) if secretsmanager is not None and secret_id else None

    def _key(self, key_id: str) -> Any:
        kms = self._backend("kms")
        if kms is None or not key_id or AWS_MANAGED in key_id:
            return None
        name = key_id.rpartition(":")[2].removeprefix("key/")
        key = next((key for key in kms.keys.values() if key.id == name or name in key.aliases), None)
        is_of_aws = key is not None and any(alias.startswith(AWS_MANAGED) for alias in key.aliases)
        return None if is_of_aws else key

    def _bucket(self, name: str) -> Any:
        s3 = self._backend("s3")
        return s3.buckets.get(name) if s3 is not None else None

    def _topic(self, arn: str) -> Any:
        sns = self._backend("sns")
        return sns.topics.get(arn) if sns is not None else None
