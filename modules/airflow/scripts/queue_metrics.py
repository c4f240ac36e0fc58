"""Print the length of each queue once a minute, in CloudWatch's embedded metric format.

CloudWatch Logs extracts metrics from such lines automatically. Only messages that no worker has taken are counted.
"""

import json
import os
import sys
import time

import redis

# Celery keeps a list for each priority of a queue; messages without one are in the first.
STEPS = ("", "\x06\x163", "\x06\x166", "\x06\x169")


def setting(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        print(f"queue-metrics: {name} is not set", file=sys.stderr)
        raise SystemExit(1)
    return value


def line(namespace: str, deployment: str, queue: str, length: int) -> str:
    metric = {
        "Namespace": namespace,
        "Dimensions": [["Deployment", "Queue"]],
        "Metrics": [{"Name": "QueueLength", "Unit": "Count"}],
    }
    described = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": described, "Deployment": deployment, "Queue": queue, "QueueLength": length})


def main() -> None:
    url = setting("AIRFLOW__CELERY__BROKER_URL")
    queues = [name.strip() for name in setting("WINDLASS_QUEUES").split(",") if name.strip()]
    namespace, deployment = setting("WINDLASS_METRICS_NAMESPACE"), setting("WINDLASS_DEPLOYMENT")
    seconds = float(os.environ.get("WINDLASS_METRICS_SECONDS", "60"))
    try:
        broker = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
    except ValueError:
        print("queue-metrics: AIRFLOW__CELERY__BROKER_URL is no redis:// or rediss:// address", file=sys.stderr)
        raise SystemExit(1) from None
    while True:
        try:
            for queue in queues:
                length = sum(broker.llen(queue + step) for step in STEPS)
                print(line(namespace, deployment, queue, length), flush=True)
        except (redis.RedisError, OSError) as error:
            # The name only: the text of an error may hold parts of the address.
            print(f"queue-metrics: the broker is unavailable ({type(error).__name__})", file=sys.stderr, flush=True)
        time.sleep(seconds)


main()
