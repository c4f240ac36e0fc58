"""What a running data plane was started with, so that a change of its code or its settings is noticed."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from local.code_fingerprint import CHANGED, code_fingerprint
from local.dataplane.settings import Settings

CODE = "code"
SETTINGS = "settings"
SKIPPED = "skipped"
"""Patterns of the names of services that it leaves alone, as text: a line each."""
CHANGES = {
    CODE: CHANGED,
    SETTINGS: "its settings have changed (ports, services, or the environment file)",
}
"""Part of the fingerprint → the reason for a restart, as a sentence."""


def fingerprint(settings: Settings) -> dict[str, str]:
    """Hashes of the Python files of `local/` in Windlass's folder, and of the settings; and what it leaves alone."""
    folder = settings.windlass_folder.resolve()
    absolute = replace(
        settings,
        folder=settings.folder.resolve(),
        windlass_folder=folder,
        authority_folder=settings.authority_folder and settings.authority_folder.resolve(),
        repositories=settings.repositories and settings.repositories.resolve(),
    )
    return {
        CODE: code_fingerprint(folder),
        SETTINGS: hashlib.sha256(repr(absolute).encode()).hexdigest(),
        SKIPPED: "\n".join(settings.skipped_services),
    }


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Why a data plane with the fingerprint `before` has to be restarted; empty when it does not."""
    return ", ".join(sentence for part, sentence in CHANGES.items() if before.get(part) != now.get(part))
