"""From a call to what IAM is asked: for each operation its actions, resources and condition keys.

Source: the Service Authorization Reference of each service.
"""

from local.iam.needs.all_services import needs_of
from local.iam.needs.need import Need

__all__ = ["Need", "needs_of"]
