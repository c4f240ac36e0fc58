"""Healthy when the API server answers; it need not reach the database for that."""

import http.client
import os
from urllib.parse import urlsplit

path = urlsplit(os.environ.get("AIRFLOW__API__BASE_URL", "")).path.rstrip("/")
connection = http.client.HTTPConnection("localhost", int(os.environ.get("AIRFLOW__API__PORT", "8080")), timeout=5)
try:
    connection.request("GET", path + "/api/v2/version")
    status = connection.getresponse().status
except OSError as error:
    raise SystemExit(f"the API server does not answer: {error}") from None
if status != 200:
    raise SystemExit(f"the API server answers {status}")
