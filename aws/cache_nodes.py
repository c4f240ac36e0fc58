"""Node types of ElastiCache for Valkey, as far as the shape of their names says.

Which of them AWS offers, and which are mistyped, is in `aws/offers.py`.
"""

NODE_TYPE_PATTERN = r"cache\.[a-z]+[1-9][0-9]?[a-z]*\.[0-9]{0,2}[a-z]+"
"""The shape of a node type: `cache.`, a family with its generation, and a size."""
