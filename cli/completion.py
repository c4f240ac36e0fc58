"""What a shell offers after `./windlass COMMAND`: names of environments, services and layers.

Files are read as plain TOML, without checking them: a half-written file must not keep a shell from completing.
"""

import tomllib
from pathlib import Path
from typing import Any

import click

from workspace import WorkspaceError, find_workspace

LAYERS = ("network", "data", "service", "delivery")


def environments(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of environment files."""
    return [file.stem for file in _files() if file.stem.startswith(incomplete)]


def local_environments(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of environments on the embedded AWS."""
    local = [file.stem for file in _files() if "endpoint_url" in _section(_read(file), "aws")]
    return [name for name in local if name.startswith(incomplete)]


def services(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of the services of the environment that is already on the line."""
    files = [file for file in _files() if file.stem == context.params.get("name")]
    return [name for file in files for name in _section(_read(file), "services") if name.startswith(incomplete)]


def images(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of what has an image repository in the environment that is already on the line."""
    files = [file for file in _files() if file.stem == context.params.get("name")]
    airflow = ["airflow" for file in files if _section(_read(file), "airflow")]
    return [*services(context, parameter, incomplete), *(name for name in airflow if name.startswith(incomplete))]


def secrets(context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of the secrets that people fill in, of the environment that is already on the line."""
    names: list[str] = []
    for file in _files():
        if file.stem == context.params.get("name"):
            airflow = _section(_read(file), "airflow")
            repositories = _section(_section(airflow, "dags"), "repositories")
            names += [f"git-{name}" for name in repositories if "credentials" in _section(repositories, name)]
            names += ["oidc-client-secret"] if _section(airflow, "authentication") else []
            names += _section(airflow, "secrets")
            services = _section(_read(file), "services")
            for service in services:
                secrets = _section(_section(services, service), "secrets")
                names += dict.fromkeys(f"{service}/{_section(secrets, each).get('name', each)}" for each in secrets)
    return [name for name in names if name.startswith(incomplete)]


def layers(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of layers."""
    return [name for name in LAYERS if name.startswith(incomplete)]


def _files() -> list[Path]:
    try:
        folder = find_workspace().environments_folder
    except WorkspaceError:
        return []
    return sorted(folder.glob("*.toml"))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _section(data: dict[str, Any], name: str) -> dict[str, Any]:
    section = data.get(name)
    return section if isinstance(section, dict) else {}
