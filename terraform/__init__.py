"""Generated Terraform JSON: a model of it, and what its references stand for."""
