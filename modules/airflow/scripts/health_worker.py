"""Healthy when the Celery worker of this host answers a ping.

Also healthy while the broker is unavailable: a new worker would not bring it back, and this one's tasks would be lost.
"""

import os
import socket

from celery import Celery

name = f"celery@{socket.gethostname()}"
app = Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"], set_as_current=False)
try:
    with app.connection_for_write(connect_timeout=5) as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        answers = app.control.inspect(destination=[name], timeout=5, connection=connection).ping()
except Exception as error:
    print(f"unknown: the broker is unavailable: {type(error).__name__}")
    raise SystemExit(0) from None
if not answers:
    raise SystemExit(f"{name} does not answer")
