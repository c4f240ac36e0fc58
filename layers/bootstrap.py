"""The bootstrap stack: the bucket and the table of the state, once per account and region (S01)."""

from constructs import Construct

from backend import StateBootstrap, StateBootstrapInputs
from config import Environment
from config.state import S3State
from layers import BOOTSTRAP
from layers.layer import Layer


class BootstrapLayer(Layer):
    """Keeps its own state in the bucket that it makes; environments with the same bucket share it."""

    def __init__(self, scope: Construct, environment: Environment, state: S3State) -> None:
        super().__init__(scope, environment, BOOTSTRAP)
        inputs = StateBootstrapInputs(
            bucket_name=state.bucket,
            account_id=environment.aws.account_id,
            partition=environment.aws.partition,
            lock_table_name=state.lock_table,
            protected=not environment.is_throw_away,
        )
        StateBootstrap(self, "state", inputs)
