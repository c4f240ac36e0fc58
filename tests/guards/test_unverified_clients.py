"""No client in the project itself talks TLS to somebody whom it does not verify (D07)."""

import re
import subprocess

import pytest

from guards.rules_transport import WEAK
from tests.support.documents import ROOT

FORMS = {
    **WEAK,
    "an HTTP client": re.compile(r"\bverify\s*=\s*False\b|_create_unverified_context|\bInsecureSkipVerify\b"),
    "a context": re.compile(r"\bcheck_hostname\s*=\s*False\b"),
    "curl or git": re.compile(r"\bcurl\b.*\s(?:-\w*k|--insecure)\b|\bsslVerify\b|\bGIT_SSL_NO_VERIFY\b"),
}
FOLDERS = ("backend", "cli", "docker", "docs/pipelines", "layers", "local", "modules", "release", "scripts", ".ci")
ALLOWED = {
    # The data plane's own connection to a server behind its TLS terminator, at an address of loopback.
    ("local/dataplane/stores/postgres.py", 'sslmode="disable'),
    # How to try the sample with your own PostgreSQL, on the same machine.
    ("docker/web/README.md", "sslmode=disable"),
}


def findings() -> set[tuple[str, str]]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(names) > 200
    return {
        (name, match[0])
        for name in names
        for form in FORMS.values()
        for match in form.finditer((ROOT / name).read_text(encoding="utf-8"))
    }


def test_no_client_of_the_project_leaves_out_verification() -> None:
    assert findings() == ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        "psycopg.connect(host=host, sslmode='require')",
        'redis.Redis(ssl=True, ssl_cert_reqs="none")',
        "context.verify_mode = ssl.CERT_NONE",
        "requests.get(url, verify=False)",
        "context.check_hostname = False",
        "curl -sk https://db.example.com",
        "new Client({ssl: {rejectUnauthorized: false}})",
    ],
)
def test_each_way_to_leave_it_out_is_found(text: str) -> None:
    assert any(form.search(text) for form in FORMS.values())


@pytest.mark.parametrize("text", ["?sslmode=verify-full&sslrootcert=/x", "ssl_cert_reqs=required", "ssl.CERT_REQUIRED"])
def test_what_verifies_is_not_found(text: str) -> None:
    assert not any(form.search(text) for form in FORMS.values())
