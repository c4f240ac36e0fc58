"""Healthy when the scheduler's own health server reports a recent heartbeat."""

import http.client
import os

port = int(os.environ.get("AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT", "8974"))
connection = http.client.HTTPConnection("localhost", port, timeout=10)
try:
    connection.request("GET", "/health")
    status = connection.getresponse().status
except OSError as error:
    raise SystemExit(f"the scheduler's health server does not answer: {error}") from None
if status != 200:
    raise SystemExit(f"the scheduler's heartbeat is too old ({status})")
