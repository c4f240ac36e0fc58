"""Turns the StatsD packets of the containers of a task into CloudWatch metrics, by lines on stdout.

CloudWatch Logs makes metrics of lines in its embedded metric format: no permission and no further image are needed.
Only the metrics in WINDLASS_METRICS (`name:type`, with commas) go on; Airflow has hundreds, each with its price.
Counters are reported every minute, with 0 too, so that silence of Airflow can be told from silence of this program.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time

MOST_VALUES = 100  # what one metric of one line may hold

namespace = os.environ["WINDLASS_METRICS_NAMESPACE"]
dimensions = {"Deployment": os.environ["WINDLASS_DEPLOYMENT"], "Component": os.environ["WINDLASS_COMPONENT"]}
wanted = dict(entry.rsplit(":", 1) for entry in os.environ["WINDLASS_METRICS"].split(","))
interval = float(os.environ.get("WINDLASS_METRICS_SECONDS", "60"))
prefix = "airflow."
units = {"c": "Count", "g": "None", "ms": "Milliseconds"}
counters: dict[str, float] = {}
gauges: dict[str, float] = {}
timers: dict[str, list[float]] = {}


def take(packet: bytes) -> None:
    """Add what one packet says; a line that is no metric of ours is left out."""
    for line in packet.decode("utf-8", "replace").splitlines():
        try:
            name, _, rest = line.partition(":")
            value, kind, *more = rest.split("|")
            name = name.removeprefix(prefix)
            if wanted.get(name) != kind:
                continue
            number = float(value)
            if kind == "c":
                rate = next((float(part[1:]) for part in more if part.startswith("@")), 1.0)
                counters[name] = counters.get(name, 0.0) + number / (rate or 1.0)
            elif kind == "g":
                gauges[name] = gauges.get(name, 0.0) + number if value[0] in "+-" else number
            else:
                timers.setdefault(name, []).append(number)
                if len(timers[name]) == MOST_VALUES:
                    write({name: timers.pop(name)})
        except ValueError:
            continue


def write(values: dict[str, object]) -> None:
    """Print one line of the embedded metric format."""
    metrics = [{"Name": name, "Unit": units[wanted[name]]} for name in values]
    about = [{"Namespace": namespace, "Dimensions": [list(dimensions)], "Metrics": metrics}]
    stamp = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": about}
    print(json.dumps({"_aws": stamp, **dimensions, **values}), flush=True)


def report() -> None:
    """Print the last minute and begin a new one."""
    values: dict[str, object] = {name: counters.get(name, 0.0) for name, kind in wanted.items() if kind == "c"}
    values.update(gauges)
    values.update(timers)
    counters.clear()
    gauges.clear()
    timers.clear()
    if values:
        write(values)


def main() -> None:
    """Listen until the task ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = ("localhost", int(os.environ.get("WINDLASS_STATSD_PORT", "8125")))
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(address)
    print(f"Listening for StatsD on {address[0]}:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
    due = time.monotonic() + interval
    try:
        while True:
            listener.settimeout(max(0.01, due - time.monotonic()))
            with contextlib.suppress(TimeoutError):
                take(listener.recv(65535))
            if time.monotonic() >= due:
                due += interval
                report()
    finally:
        report()


main()
