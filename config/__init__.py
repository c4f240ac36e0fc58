"""The typed model of an environment file, and how it is read."""

from config.environment import Environment
from config.errors import ConfigurationError, Problem
from config.load import environment_names, load

__all__ = ["ConfigurationError", "Environment", "Problem", "environment_names", "load"]
