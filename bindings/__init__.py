"""Loads the AWS bindings fast: only the submodules in use, never the whole package."""

import importlib.util
import os
import sys
import types

PACKAGE = "cdktf_cdktf_provider_aws"


def install() -> None:
    """Let `from cdktf_cdktf_provider_aws.vpc import Vpc` load that submodule alone.

    Does nothing where `WINDLASS_STOCK_BINDINGS=1` asks for the stock path, or where it was called before.
    """
    if os.environ.get("WINDLASS_STOCK_BINDINGS") == "1" or PACKAGE in sys.modules:
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run `make install`")
    module = types.ModuleType(PACKAGE)
    module.__path__ = list(spec.submodule_search_locations)
    module.__spec__ = spec
    sys.modules[PACKAGE] = module
