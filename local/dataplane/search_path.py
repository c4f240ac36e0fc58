"""Where programs are found: the Python environment of Windlass first, then the system."""

import sys
from pathlib import Path

PYTHON_FOLDER = Path(sys.executable).parent
"""Programs of the Python environment that runs the data plane."""
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def system_search_path() -> str:
    """The PATH of the data stores: programs of this Python environment, then those of the system."""
    return f"{PYTHON_FOLDER}:{SYSTEM_PATH}"
