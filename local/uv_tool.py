"""uv, which installs and resolves packages: its command and its environment."""

import os
import subprocess
import sys

import uv


def uv_command() -> list[str]:
    """The command."""
    return [uv.find_uv_bin(), "--no-config"]


def uv_variables() -> dict[str, str]:
    """The environment for uv, with the package index of pip's configuration, which uv does not read.

    Only the main index counts: packages of the same name in others have other hashes.
    """
    variables = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "trusted-host": "UV_INSECURE_HOST"}
    for key, value in _pip_configuration().items():
        if key in names:
            variables.setdefault(names[key], value)
    return variables


def _pip_configuration() -> dict[str, str]:
    """Settings of pip from its files and from PIP_ variables, by name without section."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            settings[name.rpartition(".")[2]] = value.strip("'\"")
    return settings
