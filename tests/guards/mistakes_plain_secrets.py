"""Secrets in plain text, inserted into the JSON of production; concatenated so that this file contains none."""

from tests.guards.mistakes import Change, Mistake, edit, in_container, resource
from tests.support.documents import Documents

RANDOM = "".join(("q7Lk2Zt9", "Xb4Vn8Rw", "3MyPd6Gs"))
HEXADECIMAL = "".join(("9f86d081", "884c7d65", "9a2feaa0", "c55ad015"))
ACCESS_KEY = "AKIA" + "Q3EGRZTS7LKX2P4B"
PRIVATE_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIB…"
WEB_TOKEN = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJl"))
GITHUB = "ghp_" + "aB3dE6gH9j" * 3 + "kL2mN5"


def setting(value: str) -> Change:
    return in_container('"value":"blue"', f'"value":"{value}"')


def as_parameter(name: str, value: str) -> Change:
    return lambda documents: resource(documents, "service", "aws_ssm_parameter").update({"name": name, "value": value})


def in_the_backend(documents: Documents) -> None:
    documents["network"]["terraform"]["backend"]["s3"]["secret_key"] = "hunter22"


def in_a_provider(documents: Documents) -> None:
    documents["network"]["provider"]["aws"][0]["secret_key"] = "hunter22"


def in_an_output(documents: Documents) -> None:
    documents["data"]["output"]["more"] = {"value": f'${{format("%s-%s", var.a, "{RANDOM}")}}'}


def in_a_variable(documents: Documents) -> None:
    documents["data"]["variable"] = {"database_password": {"default": "hunter22"}}


def in_a_command(documents: Documents) -> None:
    task = resource(documents, "service", "aws_ecs_task_definition", "blue")
    task["container_definitions"] = task["container_definitions"].replace(
        '"environment":', f'"command":["serve","--key={RANDOM}"],"environment":', 1
    )


MISTAKES = tuple(
    Mistake("no_secret_is_in_plain_text", what, change, also)
    for what, change, also in (
        ("random text as a setting of a container", setting(RANDOM), ()),
        ("hexadecimal text as a setting", setting(HEXADECIMAL), ()),
        ("an AWS access key as a setting", setting(ACCESS_KEY), ("secrets_are_references",)),
        ("a GitHub token as a setting", setting(GITHUB), ()),
        ("a signed token as a setting", setting(f"Bearer {WEB_TOKEN}"), ()),
        ("a key on a command line", in_a_command, ()),
        ("a key of the backend", in_the_backend, ()),
        ("a key of the provider", in_a_provider, ()),
        ("random text quoted in an expression", in_an_output, ()),
        ("the default of a variable", in_a_variable, ()),
        ("a private key as a description", edit("data", "aws_db_instance", "instance", tags={"Note": PRIVATE_KEY}), ()),
        ("a URL with a password as a parameter", as_parameter("/a/url", "amqp://a:bcd@mq"), ()),
        ("a password as a parameter", as_parameter("/a/password", "abc"), ()),
    )
)
