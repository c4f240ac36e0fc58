"""Saving the emulated account, and bringing it back."""
