"""The service's configuration: environment variables, validated once at start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

NO_COLOUR = "none"
COLOURS = ("blue", "green", NO_COLOUR)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
URL_SHAPE = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE"
VERSION_PATTERN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
"""The characters of a container image tag, and `+` for Python's local versions."""


class ConfigurationError(Exception):
    """All invalid variables, one line each, with the allowed values."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The validated settings. Never print them: `database_url` contains the password."""

    database_url: str
    """DATABASE_URL, a secret: a libpq URL with user, percent-encoded password, host, database and sslmode."""
    colour: str
    """COLOUR: `blue` or `green`. Default `none`, for a service that is not deployed blue/green."""
    version: str
    """VERSION: the deployed version, such as the image's tag. Required, so that responses show what is running."""
    port: int
    """PORT to listen on, 1 to 65535. Default 8000, which the security groups open to the load balancer."""
    keep_alive_seconds: int
    """KEEP_ALIVE_SECONDS, for idle connections, 1 to 4005. Default 65: the load balancer closes them after 60."""
    workers: int
    """WEB_CONCURRENCY, gunicorn's worker processes, 1 to 32. Default 2: if one blocks, the other keeps serving."""
    log_level: str
    """LOG_LEVEL: DEBUG, INFO, WARNING or ERROR. Default INFO; DEBUG also logs passed health checks."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read and validate all variables.

        Raises:
            ConfigurationError: One or more are missing or invalid. Messages never contain any part of DATABASE_URL.
        """
        problems: list[str] = []
        settings = cls(
            database_url=_database_url(environment, problems),
            colour=_choice(environment, "COLOUR", NO_COLOUR, COLOURS, problems),
            version=_version(environment, problems),
            port=_number(environment, "PORT", 8000, 65535, problems),
            keep_alive_seconds=_number(environment, "KEEP_ALIVE_SECONDS", 65, 4005, problems),
            workers=_number(environment, "WEB_CONCURRENCY", 2, 32, problems),
            log_level=_choice(environment, "LOG_LEVEL", "INFO", LOG_LEVELS, problems),
        )
        if problems:
            raise ConfigurationError(problems)
        return settings


def _database_url(environment: Mapping[str, str], problems: list[str]) -> str:
    url = environment.get("DATABASE_URL", "")
    if not url:
        problems.append(f"DATABASE_URL is missing: give {URL_SHAPE}")
        return url
    if not url.startswith(("postgresql://", "postgres://")):
        problems.append(f"DATABASE_URL is not a PostgreSQL URL: give {URL_SHAPE}")
        return url
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        # libpq's own message quotes the invalid part, which can be the password.
        problems.append(f"DATABASE_URL cannot be read: percent-encode the password (A05) and give {URL_SHAPE}")
        return url
    # A05: every part is required. libpq would fill gaps with its own defaults and connect elsewhere, or without TLS
    # (its default sslmode, `prefer`, silently falls back to plain text).
    missing = [name for name in ("user", "password", "host", "dbname", "sslmode") if not parts.get(name)]
    if missing:
        problems.append(f"DATABASE_URL lacks {', '.join(missing)}: give {URL_SHAPE}")
    elif parts["sslmode"] not in SSL_MODES:
        problems.append(f"DATABASE_URL has an unknown sslmode: give one of {', '.join(SSL_MODES)}")
    return url


def _version(environment: Mapping[str, str], problems: list[str]) -> str:
    version = environment.get("VERSION", "")
    if not version:
        problems.append("VERSION is missing: give the deployed version, such as the image's tag")
    elif not VERSION_PATTERN.fullmatch(version):
        problems.append(f"VERSION is {version!r}: give 1 to 128 letters, digits, '.', '_', '+' or '-'")
    return version


def _choice(
    environment: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...], problems: list[str]
) -> str:
    value = environment.get(name, default)
    if value not in allowed:
        problems.append(f"{name} is {value!r}: give one of {', '.join(allowed)}")
    return value


def _number(environment: Mapping[str, str], name: str, default: int, maximum: int, problems: list[str]) -> int:
    text = environment.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= maximum:
        problems.append(f"{name} is {text!r}: give a whole number from 1 to {maximum}")
        return default
    return int(text)
