"""Terraform as the commands run it: stacks, plans, locks, the init cache, the state store and the bootstrap."""
