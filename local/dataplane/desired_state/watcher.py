"""Two threads that talk to the embedded AWS, so that the supervisor's loop never waits for it."""

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
GROUPING_SECONDS = 0.01
"""Changes come in groups (a parameter, then a rule); a short pause reads a group at once."""
NETWORK_GROUPING_SECONDS = 0.3
"""The same for security groups and routes: the network layer consists of them, and they are long to read."""


def _nothing() -> dict[str, Any]:
    return {"services": {}, "tasks": {}, "targets": {}}


class Watcher:
    """Keeps `desired_state` up to date, and reports to the embedded AWS what runs.

    Args:
        aws: the embedded AWS.
        wake: is set when the desired state has changed.
    """

    def __init__(self, aws: AwsClient, wake: threading.Event) -> None:
        self.desired_state: DesiredState | None = None
        """`None` until the first contact."""
        self.problem = ""
        """Why there is no contact; empty where there is."""
        self._aws, self._wake = aws, wake
        self._stopping = threading.Event()
        self._observed = _nothing()
        self._reported = ""
        self._has_news = threading.Event()

    def start(self) -> None:
        """Start both threads; they end with the process, or after `stop`."""
        for name, work in (("watcher", self._watch), ("reporter", self._report)):
            threading.Thread(target=work, name=name, daemon=True).start()

    def offer(self, observed: dict[str, Any]) -> None:
        """What runs now; it is reported if it differs from the last report."""
        self._observed = observed
        self._has_news.set()

    def stop(self) -> None:
        """End both threads, and report that the data plane has gone."""
        self._stopping.set()
        self._has_news.set()
        try:
            self._aws.pages.report(None)
        except OSError as error:
            logger.info("the embedded AWS does not know that the data plane has stopped: %s", error)

    def _watch(self) -> None:
        token = ""
        while not self._stopping.is_set():
            try:
                answer = self._aws.pages.changes(after=token)
                changes, before = Changes.of(answer), self.desired_state or DesiredState()
                if changes.instance != before.changes.instance:
                    self._follow_new_instance(before.changes.instance, changes.instance)
                parts = changes.to_read(before.changes)
                if parts == {"network"}:
                    self._stopping.wait(NETWORK_GROUPING_SECONDS)
                if parts:
                    # In this order, what services refer to is read before them.
                    desired_state = self._aws.read(before, sorted(parts, reverse=True))
                    self.desired_state = replace(desired_state, changes=changes)
                    self._wake.set()
                token = answer["token"]
                self.problem = ""
                self._stopping.wait(GROUPING_SECONDS)
            except (OSError, BotoCoreError, ClientError, KeyError) as error:
                if not self.problem:
                    logger.warning("the embedded AWS does not answer: %s", error)
                self.problem = f"The embedded AWS does not answer: {error}."
                self._stopping.wait(RETRY_SECONDS)

    def _follow_new_instance(self, before: str, now: str) -> None:
        """Another embedded AWS has another account: nothing that was read from the old one holds."""
        if before:
            logger.warning(
                "the embedded AWS was restarted (%s, before that %s): its account is another one", now, before
            )
        self._aws.forget_account()
        # From this report on, the emulated ECS answers with what really runs.
        self._aws.pages.report(_nothing())
        self._reported = ""

    def _report(self) -> None:
        while not self._stopping.is_set():
            self._has_news.wait()
            self._has_news.clear()
            text = json.dumps(self._observed, sort_keys=True)
            if text == self._reported or self.desired_state is None or self._stopping.is_set():
                continue
            try:
                self._aws.pages.report(json.loads(text))
                self._reported = text
            except OSError:
                self._stopping.wait(RETRY_SECONDS)
