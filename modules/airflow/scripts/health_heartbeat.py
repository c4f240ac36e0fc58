"""Healthy when this host's job of type WINDLASS_JOB_TYPE wrote a heartbeat in the last minute.

Also healthy while the database is unavailable: a new task would not bring it back.
"""

import contextlib
import os
import re
import socket

import psycopg2

QUERY = """
SELECT extract(epoch FROM now() - max(latest_heartbeat)) FROM job
WHERE job_type = %s AND state = 'running' AND hostname = ANY(%s)
"""
name = socket.gethostname()
hosts = [name, socket.getfqdn()]
with contextlib.suppress(OSError):
    hosts.append(socket.gethostbyname(name))
job = os.environ["WINDLASS_JOB_TYPE"]
address = re.sub(r"^postgresql\+\w+", "postgresql", os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
try:
    # Not in `options`: RDS Proxy refuses a connection that has them.
    with psycopg2.connect(address, connect_timeout=5) as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 5000")
        cursor.execute(QUERY, (job, hosts))
        age = cursor.fetchone()[0]
except psycopg2.OperationalError as error:
    print(f"unknown: the database is unavailable: {error}")
    raise SystemExit(0) from None
if age is None:
    raise SystemExit(f"no {job} runs on {' or '.join(hosts)}")
if age > 60:
    raise SystemExit(f"the heartbeat of {job} is {age:.0f} seconds old")
