"""pydantic-settings on the model of an environment; apart, since it is slow to import and rarely needed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict, SettingsError

from config.environment import Environment

__all__ = ["SettingsError", "sources"]


def sources(dotenv: Path, *, prefix: str, delimiter: str) -> Iterator[tuple[Callable[[], dict[str, Any]], str]]:
    """What reads the values, `.env` first, each with where a variable came from (`{}` is its name)."""

    class Settings(Environment, BaseSettings):
        """The environment as pydantic-settings sees it; only its sources are used."""

        model_config = SettingsConfigDict(env_prefix=prefix, env_nested_delimiter=delimiter, extra="ignore")

    yield DotEnvSettingsSource(Settings, env_file=dotenv), "{} in .env"
    yield EnvSettingsSource(Settings), "environment variable {}"
