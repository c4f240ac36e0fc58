"""The account of an access key."""

import moto.iam.models
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends

from local.extensions import extend

ACCOUNT = "210987654321"


def test_the_account_of_a_key_is_looked_up_without_making_the_iam_of_other_partitions() -> None:
    extend("sts")
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_user("us-east-1", "somebody")
    key = iam.create_access_key("somebody").access_key_id
    try:
        assert moto.iam.models.get_account_id_from(key) == ACCOUNT
        assert moto.iam.models.get_account_id_from("AKIANOBODYSKEY000000") == DEFAULT_ACCOUNT_ID
        assert set(iam_backends[ACCOUNT]) == {"aws"}
    finally:
        del iam_backends[ACCOUNT]
