"""The typed model of an environment file, and how it is read."""

from config._load import environment_names, load
from config.environment import Environment
from config.errors import ConfigurationError, Problem

__all__ = ["ConfigurationError", "Environment", "Problem", "environment_names", "load"]
