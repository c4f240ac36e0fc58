"""The two threads that talk to the embedded AWS, so that the supervisor's loop never waits for it."""

import json
import logging
import threading
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.changes import Changes
from local.dataplane.desired_state.model import DesiredState

logger = logging.getLogger(__name__)

RETRY_SECONDS = 1.0
SETTLE_SECONDS = 0.01
"""Changes come in groups (a parameter, then a rule): a moment's patience reads them once."""


class Watcher:
    """Keeps `desired_state` up to date and hands on what is observed.

    Args:
        account: the embedded AWS.
        wake: is set when the desired_state have changed.
    """

    def __init__(self, account: AwsClient, wake: threading.Event) -> None:
        self.desired_state: DesiredState | None = None
        """`None` until the first contact."""
        self.problem = ""
        """Why there is no contact."""
        self._account, self._wake = account, wake
        self._stopping = threading.Event()
        self._observed: dict[str, Any] = {"services": {}, "tasks": {}, "targets": {}}
        self._told = ""
        self._tell = threading.Event()

    def start(self) -> None:
        """Start both threads; they end with the process, or after `stop`."""
        for name, work in (("watcher", self._watch), ("reporter", self._report)):
            threading.Thread(target=work, name=name, daemon=True).start()

    def offer(self, observed: dict[str, Any]) -> None:
        """What runs now; it is told if it differs from what was told last."""
        self._observed = observed
        self._tell.set()

    def stop(self) -> None:
        """End both threads, and tell the embedded AWS that nobody looks any more."""
        self._stopping.set()
        self._tell.set()
        try:
            self._account.pages.tell(None)
        except OSError as error:
            logger.info("the embedded AWS was not told of the end: %s", error)

    def _watch(self) -> None:
        token = ""
        while not self._stopping.is_set():
            try:
                answer = self._account.pages.changes(after=token)
                changes, before = Changes.of(answer), self.desired_state or DesiredState()
                if changes.instance != before.changes.instance:
                    # A new server knows nothing of us, and from now on answers with what we say.
                    self._account.pages.tell(self._observed)
                    self._told = ""
                parts = changes.to_read(before.changes)
                if parts:
                    # In order: what services refer to is there before them.
                    desired_state = self._account.read(before, sorted(parts, reverse=True))
                    self.desired_state = replace(desired_state, changes=changes)
                    self._wake.set()
                token = answer["token"]
                self.problem = ""
                self._stopping.wait(SETTLE_SECONDS)
            except (OSError, BotoCoreError, ClientError, KeyError) as error:
                if not self.problem:
                    logger.warning("the embedded AWS does not answer: %s", error)
                self.problem = f"the embedded AWS does not answer: {error}"
                self._stopping.wait(RETRY_SECONDS)

    def _report(self) -> None:
        while not self._stopping.is_set():
            self._tell.wait()
            self._tell.clear()
            text = json.dumps(self._observed, sort_keys=True)
            if text == self._told or self.desired_state is None or self._stopping.is_set():
                continue
            try:
                self._account.pages.tell(json.loads(text))
                self._told = text
            except OSError:
                self._stopping.wait(RETRY_SECONDS)
