"""The commands of `./windlass`, one a file."""
