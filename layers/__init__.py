"""The layers of an environment: stacks with separate Terraform states, in which modules are combined."""

LAYERS = ("network", "data", "service")
"""In order of dependency: each reads the outputs of those before it."""

DELIVERY = "delivery"
"""Roles for pipelines, after all other layers; only for an environment with a section `[delivery]`."""

BOOTSTRAP = "bootstrap"
"""The stack with the state bucket and the lock table, once per account and region."""

__all__ = ["BOOTSTRAP", "DELIVERY", "LAYERS"]
