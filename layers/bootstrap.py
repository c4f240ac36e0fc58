"""The bootstrap stack: the bucket and the lock table of the states, once per account and region (S01)."""

from constructs import Construct

from backend import StateBootstrap, StateBootstrapInputs
from config import Environment
from config.state import S3State
from layers import BOOTSTRAP
from layers.layer import Layer


class BootstrapLayer(Layer):
    """Keeps its own state in the bucket that it creates; environments with the same bucket share it."""

    def __init__(self, scope: Construct, environment: Environment, state: S3State) -> None:
        super().__init__(scope, environment, BOOTSTRAP)
        inputs = StateBootstrapInputs(
            bucket_name=state.bucket,
            account=environment.aws.account,
            lock_table_name=state.dynamodb_table,
            # Other environments may keep their states there, so `throw_away` is not enough.
            protected=not environment.is_emulated,
        )
        StateBootstrap(self, "state", inputs)
