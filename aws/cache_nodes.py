"""Node types of ElastiCache for Valkey, as far as their names say.

Types are checked against AWS's naming scheme and not against a list, so that the next generation works at once.
Source: "Supported node types" in the Amazon ElastiCache User Guide.
"""

NODE_TYPE_PATTERN = (
    r"cache\.(?:t[234]g?\.(?:micro|small|medium)|[mr][4-9](?:g|gd)?\.(?:large|[1-9]?[0-9]?xlarge)"
    r"|c[7-9]gn\.(?:large|[1-9]?[0-9]?xlarge))"
)
"""The name of a node type: a family with its generation, and a size that the family has."""
