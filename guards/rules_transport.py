"""Guards for connections to databases and caches: they verify certificate and host name (D07)."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.plain_text import Text, texts
from terraform.document import containers_of, section_of

_IS = r"(?:\s*=|['\"]\s*:)\s*['\"]?"
"""Between a name and its value, in a URL, in Python and in JSON."""

WEAK = {
    "sslmode": re.compile(rf"\bsslmode{_IS}(?!verify-full\b)[\w-]+", re.IGNORECASE),
    "the host name": re.compile(rf"\bssl_check_hostname{_IS}(?:false|no|0)\b", re.IGNORECASE),
    "certificates": re.compile(
        rf"\bssl_cert_reqs{_IS}(?!(?:ssl\.)?(?:required|CERT_REQUIRED)\b)[\w.]+"
        r"|\bCERT_(?:NONE|OPTIONAL)\b|\bssl_verify_mode=none\b|\brejectUnauthorized['\"]?\s*[=:]\s*false\b",
        re.IGNORECASE,
    ),
}
"""What a text says where something is not verified, whichever client reads it."""

_WEAK_VARIABLES = {
    "PGSSLMODE": re.compile(r"(?!verify-full$)"),
    "sslmode": re.compile(r"(?!verify-full$)"),
    "ssl_cert_reqs": re.compile(r"(?!(?:ssl\.)?(?:required|CERT_REQUIRED)$)"),
    "ssl_check_hostname": re.compile(r"(?:false|no|0)$", re.IGNORECASE),
    "NODE_TLS_REJECT_UNAUTHORIZED": re.compile(r"0$"),
    "PYTHONHTTPSVERIFY": re.compile(r"0$"),
    "GIT_SSL_NO_VERIFY": re.compile(r"(?!$)"),
}
"""Names of variables and of keys in JSON, and the values with which they switch verification off."""

_PLAIN = re.compile(r"\b(?:redis|valkey)://\S")
_DATABASE = re.compile(r"\bpostgres(?:ql)?(?:\+\w+)?://")
_CACHE = re.compile(r"\b(?:rediss|valkeys)://")
_FILE = re.compile(r"\b(?:sslrootcert|ssl_ca_certs)=(?P<path>/[^&\s]*)")


@guard("D07", fix="verify certificate and host name: sslmode=verify-full with sslrootcert, ssl_cert_reqs=required")
def nothing_says_that_it_does_not_verify(stacks: CheckedStacks) -> Iterator[Finding]:
    """No setting, secret or command connects to a database or a cache in plain text, or without verifying it."""
    for address, container in stacks.containers():
        for text in texts(container):
            if (weakness := _weakness(text)) is not None:
                yield address, f"{text.name or text.path} {weakness}", f"{section_of(address)}.environment"
    for address, _ in stacks.resources("aws_secretsmanager_secret_version", "aws_ssm_parameter"):
        for text in stacks.texts[address]:
            if (weakness := _weakness(text)) is not None:
                yield address, f"{text.path} {weakness}"


@guard("D07", fix="give the container the file, as modules/containers/root_certificates.py does, and PGSSLMODE")
def clients_have_what_they_verify_with(stacks: CheckedStacks) -> Iterator[Finding]:
    """A container with the URL of a database or a cache has the root certificates and is configured to use them."""
    values = _secret_values(stacks)
    for address, body in stacks.resources("aws_ecs_task_definition"):
        containers = containers_of(body)
        for container in containers:
            urls = [
                value
                for secret in container.get("secrets", [])
                for thing in stacks.resolve(address, secret["valueFrom"])
                if _DATABASE.search(value := values.get(thing, "")) or _CACHE.search(value)
            ]
            for problem in _problems(container, urls, containers):
                yield f"{address} container {container['name']}", problem


GUARDS: tuple[Guard, ...] = (
    nothing_says_that_it_does_not_verify,
    clients_have_what_they_verify_with,
)


def _weakness(text: Text) -> str | None:
    if (pattern := _WEAK_VARIABLES.get(text.name)) is not None and pattern.match(text.value):
        return "switches off that a certificate or a host name is verified"
    return _weakness_of_value(text.value)


@lru_cache(maxsize=16384)
def _weakness_of_value(value: str) -> str | None:
    """What a text says, whatever its name. Cached: most texts are in several containers."""
    for what, weak in WEAK.items():
        if weak.search(value):
            return f"says that {what} {'is not verify-full' if what == 'sslmode' else 'need not be verified'}"
    return "has the URL of a cache without TLS" if _PLAIN.search(value) else None


def _problems(container: Mapping[str, Any], urls: list[str], containers: list[dict[str, Any]]) -> Iterator[str]:
    if not urls:
        return
    variables = {each["name"]: each["value"] for each in container.get("environment", [])}
    for url in urls:
        if _DATABASE.search(url) and "sslmode=verify-full" not in url and variables.get("PGSSLMODE") != "verify-full":
            yield "neither its URL nor PGSSLMODE has the database verified"
    files = {match["path"] for url in urls for match in _FILE.finditer(url)}
    files |= {variables[name] for name in ("PGSSLROOTCERT", "CERTIFICATES_FILE") if name in variables}
    if not files:
        yield "nothing tells it where the root certificates are"
    for file in sorted(files):
        if not _is_written_before(file, container, containers):
            yield f"no container writes {file} before it starts"


def _is_written_before(file: str, container: Mapping[str, Any], containers: list[dict[str, Any]]) -> bool:
    """Whether the file is on a volume that a container fills which must have succeeded before."""
    volumes = {
        mount["sourceVolume"]
        for mount in container.get("mountPoints", [])
        if file.startswith(f"{mount['containerPath']}/")
    }
    before = {each["containerName"] for each in container.get("dependsOn", []) if each["condition"] == "SUCCESS"}
    return any(
        mount["sourceVolume"] in volumes and not mount["readOnly"]
        for other in containers
        if other["name"] in before and any("-----BEGIN CERTIFICATE" in text.value for text in texts(other))
        for mount in other.get("mountPoints", [])
    )


def _secret_values(stacks: CheckedStacks) -> Mapping[str, str]:
    """Address of a secret, and of its version → the value that Terraform writes, with references in it."""
    values: dict[str, str] = {}
    for address, body in stacks.resources("aws_secretsmanager_secret_version"):
        for thing in (address, *stacks.resolve(address, body.get("secret_id", ""))):
            values[thing] = str(body.get("secret_string_wo", ""))
    return values
