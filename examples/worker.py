#!/usr/bin/env python3
"""A complete worker in Python's standard library: python3 examples/worker.py http://127.0.0.1:8080 [api-key]

It serves the queues named below, one job at a time: registers, renews its lease from a thread of its own, and repeats every report
until it is acknowledged. docs/worker-protocol.md explains each call.
"""
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid

URL = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
KEY = sys.argv[2] if len(sys.argv) > 2 else None
QUEUES = ["py-add", "py-sleep"]

# One function for each job type. `stop` is set when the attempt must end: time limit, cancel, lost lease, shutdown.
HANDLERS = {
    "py-add": lambda payload, stop: payload["a"] + payload["b"],
    "py-sleep": lambda payload, stop: {"stopped_early": stop.wait(payload["seconds"])},
}



class Stop(threading.Event):
    verdict = None  # What the heartbeat was told: "cancel" or "lost".


stopping = threading.Event()
current = None  # (lease, stop) of the job that runs, for the heartbeat
worker = None


def call(path, body, timeout=15):
    headers = {"content-type": "application/json"}
    if KEY:
        headers["authorization"] = f"Bearer {KEY}"
    request = urllib.request.Request(URL + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return json.load(response)


def repeat(path, make_body, timeout=15):
    """Until it is answered. A refusal of the request itself (4xx) is raised, but for an unknown worker, which registers anew."""
    while True:
        try:
            return call(path, make_body(), timeout)
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            if "worker_not_found" in text:
                register()
            elif error.code < 500 and error.code not in (408, 429):
                raise RuntimeError(f"{path}: {error.code} {text}") from error
        except OSError:
            pass
        time.sleep(1)


def register():
    global worker
    worker = repeat("/workers/register", lambda: {"hostname": socket.gethostname(), "name": f"python-{os.getpid()}", "queues": QUEUES})


def heartbeat():
    while True:
        time.sleep(worker["heartbeat_seconds"])
        running = current
        body = {"worker_id": worker["worker_id"], "running": [running[0]] if running else []}
        try:
            answer = call("/workers/heartbeat", body, timeout=5)
            for lease in answer["leases"]:
                if running and lease["verdict"] != "ok":
                    running[1].verdict = lease["verdict"]
                    running[1].set()
        except (OSError, ValueError):
            pass  # The next one is due soon; the lease outlives two that fail.


def run(job):
    global current
    lease = {"job_id": job["id"], "attempt": job["attempt"], "lease_token": job["lease_token"]}
    stop = Stop()
    current = (lease, stop)
    limit = threading.Timer(job["timeout_seconds"], stop.set)
    limit.start()
    outcome = execute(job, stop)
    limit.cancel()
    if stop.verdict == "cancel":
        outcome = {"status": "CANCELLED"}
    elif stop.is_set() and not stop.verdict:
        outcome = {"status": "TIMED_OUT", "error": "the time limit has passed"}
    if stop.verdict != "lost":
        repeat("/jobs/report", lambda: {"worker_id": worker["worker_id"], "reports": [{**lease, **outcome}]})
    current = None


def execute(job, stop):
    handler = HANDLERS.get(job["type"])
    if not handler:
        return {"status": "FAILED", "error": f"this worker has no handler for {job['type']}", "retryable": False}
    try:
        return {"status": "SUCCESS", "result": handler(job["payload"], stop)}
    except Exception as error:
        return {"status": "FAILED", "error": {"message": str(error), "type": type(error).__name__, "stack": traceback.format_exc()}}


signal.signal(signal.SIGTERM, lambda *_: stopping.set() if current else sys.exit(0))  # A job that runs may finish.
register()
threading.Thread(target=heartbeat, daemon=True).start()
while not stopping.is_set():
    poll = {"limit": 1, "wait_seconds": worker["poll_wait_seconds"], "poll_id": str(uuid.uuid4())}
    for job in repeat("/jobs/next", lambda: {"worker_id": worker["worker_id"], **poll}, timeout=poll["wait_seconds"] + 5)["jobs"]:
        run(job)
