"""The stacks of an environment, each a Terraform state of its own; only here are modules wired together."""

LAYERS = ("network", "data", "service")
"""In the order of their dependence: each reads the outputs of those before it."""

DELIVERY = "delivery"
"""What pipelines may do; only where the environment has a `[delivery]` section, after all others."""

BOOTSTRAP = "bootstrap"
"""The stack that makes the bucket and the table of the state; once per account and region."""

__all__ = ["BOOTSTRAP", "DELIVERY", "LAYERS"]
