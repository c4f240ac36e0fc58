"""uv, which installs and resolves packages: how it is called, and where it finds them."""

import os
import subprocess
import sys

import uv


def uv_command() -> list[str]:
    """How uv is called."""
    return [uv.find_uv_bin(), "--no-config"]


def uv_variables() -> dict[str, str]:
    """The environment for uv, with where pip's configuration says that packages come from: uv does not read that.

    Only the main index counts: what others hold under the same name has other hashes.
    """
    variables = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "trusted-host": "UV_INSECURE_HOST"}
    for key, value in _pip_configuration().items():
        if key in names:
            variables.setdefault(names[key], value)
    return variables


def _pip_configuration() -> dict[str, str]:
    """The settings of pip from its files and from PIP_ variables, by their names without the section."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name.rpartition(".")[2]] = value.strip("'\"")
    return found
