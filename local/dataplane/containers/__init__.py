"""Containers as processes in namespaces: images and their stand-ins, environment, file system, health checks."""
