"""The account that a request's access key belongs to.

Symptom: for each request moto asks the IAM of every partition of AWS, China's and GovCloud's among them, and makes each
with AWS's thousand managed policies first. That takes a second of processor time at the start, and makes the process
and its snapshots larger.
"""

from typing import Any

import moto.iam.models
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

from local.extensions.patching import wrap_method


@wrap_method(moto.iam.models, "get_account_id_from")
def account_of(_original: Any, access_key: str) -> str:
    """The account that has the key; moto's default account for a key that no one has."""
    for account_id, partitions in list(iam_backends.items()):
        # The values alone: asking for a partition by its name makes it.
        if any(access_key in iam.access_keys for iam in list(partitions.values())):
            return str(account_id)
    return str(DEFAULT_ACCOUNT_ID)
