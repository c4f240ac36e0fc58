"""The `./windlass` command: a thin, careful layer over Terraform."""
