#!/usr/bin/env python3
"""What .ci/cluster reads of the JSON of a cluster and of Prometheus, one question a command:

cluster.py pull      of a pod as JSON: `there` once its image is on the node, why it is not, or nothing while that is open
cluster.py targets   of Prometheus' targets: how many are up, of how many, and which components they are of
cluster.py rules     of Prometheus' rules: how many were evaluated well, of how many
"""

import collections
import json
import sys


def pull():
    statuses = json.load(sys.stdin).get("status", {}).get("containerStatuses") or [{}]
    state = statuses[0].get("state", {})
    waiting = state.get("waiting", {})
    if "running" in state or "terminated" in state or "CreateContainer" in waiting.get("reason", "") or "RunContainer" in waiting.get("reason", ""):
        # Whether it runs well does not matter here.
        print("there")
    elif waiting.get("reason") in ("ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"):
        print(f"{waiting['reason']}: {waiting.get('message', '')}")


def targets():
    active = json.load(sys.stdin)["data"]["activeTargets"]
    up = sum(target["health"] == "up" for target in active)
    jobs = collections.Counter(target["labels"]["job"] for target in active)
    print(up, len(active), " ".join(f"{job}={number}" for job, number in sorted(jobs.items())))


def rules():
    all_rules = [rule for group in json.load(sys.stdin)["data"]["groups"] for rule in group["rules"]]
    print(sum(rule["health"] == "ok" for rule in all_rules), len(all_rules))


{"pull": pull, "targets": targets, "rules": rules}[sys.argv[1]]()
