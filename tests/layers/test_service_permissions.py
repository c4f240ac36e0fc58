"""Short forms become statements of the task role that name actions and things."""

from aws.account import Account
from config.service_permissions import Permissions
from layers.web.permissions import managed_policy_arns, task_statements
from modules.iam import Statement

ACCOUNT = Account(region="eu-west-1", id="123456789012")
KEY, FOREIGN = (f"arn:aws:kms:eu-west-1:123456789012:key/{name}" for name in ("own", "foreign"))


def statements(**given: tuple[str, ...]) -> dict[str, Statement]:
    permissions = Permissions(**given)
    return task_statements(permissions, account=ACCOUNT, own_path="shop/prod/web", environment_key_arn=KEY)


def test_nothing_is_allowed_unless_it_is_named() -> None:
    assert statements() == {}


def test_a_listing_ends_at_its_folder() -> None:
    allowed = statements(s3_read=("acme/daily", "inbox", "acme/weekly"))
    assert allowed["S3Read"].resources == [
        "arn:aws:s3:::acme/daily/*",
        "arn:aws:s3:::acme/weekly/*",
        "arn:aws:s3:::inbox/*",
    ]
    assert allowed["S3ReadList1"].conditions == {
        "StringLike": {"s3:prefix": ["daily", "daily/*", "weekly", "weekly/*"]}
    }
    assert (allowed["S3ReadList2"].resources, allowed["S3ReadList2"].conditions) == (("arn:aws:s3:::inbox",), {})


def test_a_whole_bucket_beside_a_folder_of_it_is_listed_whole() -> None:
    for places in (("acme", "acme/daily"), ("acme/daily", "acme")):
        assert statements(s3_read=places)["S3ReadList1"].conditions == {}


def test_what_is_below_the_services_path_is_decrypted_with_the_environments_key() -> None:
    allowed = statements(secrets_read=("partners/*", "token"), kms_key_arns=(FOREIGN,))
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod/web"
    assert allowed["SecretsRead"].resources == [f"{arn}/partners/*", f"{arn}/token-??????"]
    assert allowed["SecretsReadKey"].resources == [KEY, FOREIGN]
    assert allowed["SecretsReadKey"].conditions == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}
    }


def test_other_things_are_decrypted_with_named_keys_only() -> None:
    assert "SqsSendKey" not in statements(sqs_send=("orders",))
    assert statements(sqs_send=("orders",), kms_key_arns=(FOREIGN,))["SqsSendKey"].resources == [FOREIGN]


def test_folders_of_parameters_are_listed_and_single_ones_are_not() -> None:
    assert "SsmReadFolder" not in statements(ssm_read=("limit",))
    folder = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/prod/web/flags"
    assert statements(ssm_read=("flags/*",))["SsmReadFolder"].resources == [folder, f"{folder}/*"]


def test_managed_policies_have_a_name_or_an_arn() -> None:
    own = "arn:aws:iam::123456789012:policy/team/web"
    permissions = Permissions(managed_policies=("AWSXRayDaemonWriteAccess", own))
    arns = managed_policy_arns(permissions, ACCOUNT)
    assert arns == {"AWSXRayDaemonWriteAccess": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess", "web": own}
