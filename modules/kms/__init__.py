"""A customer-managed key: one per environment."""

from modules.kms.key import Key, KeyInputs, KeyOutputs

__all__ = ["Key", "KeyInputs", "KeyOutputs"]
