"""AWS's own models judge every request to the embedded AWS: what AWS would refuse, it refuses.

The models are those of botocore. `judged` wraps the server's application; it is the entry to the rest.
"""

from local.strict.page import STRICT_PATH

__all__ = ["STRICT_PATH"]
