"""Saves the emulated account on disk, and brings it back."""
