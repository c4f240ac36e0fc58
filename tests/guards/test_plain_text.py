"""What looks like a secret and what does not; `test_guards` covers whole documents."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

import guards
from guards.plain_text import Text, texts, why_secret
from guards.rules_plain_secrets import no_secret_is_in_plain_text
from tests.guards.mistakes_plain_secrets import ACCESS_KEY, GITHUB, HEXADECIMAL, PRIVATE_KEY, RANDOM, WEB_TOKEN
from tests.support.documents import ENVIRONMENTS, documents
from tests.support.host_keys import ED25519, HASHED, KNOWN_HOSTS


def why(value: str, name: str = "value") -> str | None:
    return why_secret(Text(path=name, name=name, value=value))


@pytest.mark.parametrize(
    "value", [RANDOM, HEXADECIMAL, ACCESS_KEY, GITHUB, PRIVATE_KEY, WEB_TOKEN, "redis://:abc@cache", "a://u:p@h/x"]
)
def test_these_look_like_secrets(value: str) -> None:
    assert why(value)
    assert why(f"before {value} after")


@pytest.mark.parametrize(
    "name", ["password", "master_password", "DB_PASSWORD", "auth_token", "api-key", "secret_key", "/shop/api_key"]
)
def test_these_are_secrets_by_their_name(name: str) -> None:
    assert why("hunter22", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password_wo", "${ephemeral.aws_secretsmanager_random_password.db.random_password}"),
        ("secret_string_wo", "postgresql://app:${ephemeral.a.b.random_password}@${aws_db_instance.i.address}:5432/app"),
        ("password", "${var.password}"),
        ("secret_arn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod/database/url-a1B2c3"),
        ("secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/prod/database/url-a1B2c3"),
        ("secret_id", "shop/prod/database/password"),
        ("image", "public.ecr.aws/team/web@sha256:" + "9f86d081884c7d65" * 4),
        ("image", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:" + "9f86d08188" * 4),
        ("VERSION", "9f86d08188" * 4),
        ("zone_id", "Z0123456789ABCDEFGHIJ"),
        ("resource", "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop-prod/50dc6c495c0c9188"),
        ("resource", "arn:aws:s3:::shop-prod-123456789012-eu-west-1-access-logs/AWSLogs/123456789012/*"),
        ("action", "ec2:DescribeVpcEndpointServiceConfigurations"),
        ("config", "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"),
        ("policy", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
        ("url", "https://airflow-api-server.shop-prod.internal:8080/execution/"),
        ("uuid", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    ],
)
def test_these_are_none(name: str, value: str) -> None:
    assert why(value, name) is None


@pytest.mark.parametrize("line", KNOWN_HOSTS)
def test_a_published_host_key_is_no_secret(line: str) -> None:
    assert why(line) is None
    assert why("\n".join(KNOWN_HOSTS), "GIT_KNOWN_HOSTS") is None


@pytest.mark.parametrize(
    "line",
    [
        f"github.com {ED25519[:-4]}",
        f"github.com {ED25519.replace('ssh-ed25519', 'ssh-rsa')}",
        f"github.com ssh-ed25519 {RANDOM}",
        HASHED,
    ],
)
def test_what_only_resembles_a_host_key_is_a_secret(line: str) -> None:
    assert why(line)


def test_a_public_key_in_pem_is_no_secret_and_a_private_one_in_its_clothes_is() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    hidden = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert why(public) is None
    assert why(hidden.replace("PRIVATE", "PUBLIC"))


def test_json_inside_a_string_is_parsed_and_a_pair_names_its_value() -> None:
    strings = list(texts({"definitions": '[{"environment": [{"name": "API_KEY", "value": "abc"}]}]'}))
    assert strings[-1] == Text(path="definitions.0.environment.0.value", name="API_KEY", value="abc")
    assert why_secret(strings[-1])


def test_the_secret_itself_is_never_shown() -> None:
    changed = {"data": {"resource": {"aws_ssm_parameter": {"key": {"value": RANDOM}}}}}
    (finding,) = no_secret_is_in_plain_text.check(guards.CheckedStacks(documents=changed))
    assert RANDOM not in str(finding)


def test_only_the_test_keys_of_the_embedded_aws_are_accepted_in_a_provider() -> None:
    def findings(key: str) -> list[object]:
        provider = {"access_key": key, "secret_key": key}
        document = {"provider": {"aws": [provider]}}
        return list(no_secret_is_in_plain_text.check(guards.CheckedStacks(documents={"network": document})))

    assert findings("testing") == []
    assert len(findings("AKIAIOSFODNN7EXAMPLE")) == 2
    assert len(findings("a-key-of-somebody")) == 2


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_no_shipped_environment_contains_what_looks_like_a_secret(name: str) -> None:
    assert list(no_secret_is_in_plain_text.check(guards.CheckedStacks(documents=documents(name)))) == []
