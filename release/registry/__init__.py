"""Copies container images into the environment's repositories by the registry protocol, without a container engine."""
