"""A customer-managed KMS key."""

from modules.kms.key import Key, KeyInputs, KeyOutputs

__all__ = ["Key", "KeyInputs", "KeyOutputs"]
