"""Why a role may do what no test does."""

from collections.abc import Mapping

REASONS: Mapping[tuple[str, str], str] = {}
"""Role (with `*` for any text) and action → why."""
