"""Deploys, switches and rolls back a web service at run time; what it changes, Terraform leaves alone (E07)."""
