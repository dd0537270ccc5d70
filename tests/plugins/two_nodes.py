"""A Ray cluster of two nodes on this machine, in a process of its own: ``python two_nodes.py [RESOURCES]``.

RESOURCES, JSON, is what the second node says that it has: ``{"num_cpus": 2, "num_gpus": 1}``; one CPU if not given.

Prints one line of JSON: the address of the cluster, and the ids of the second and of the first node's raylet, whose
children are the nodes' workers. Ends with the cluster when its input is closed. Its files go to RAY_TMPDIR.
"""

from __future__ import annotations

import json
import sys
from typing import Any

STORE_BYTES = 80 * 2**20
"""Ray asks for 75 MiB at least."""
WATCH = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
"""A node that is gone is noticed in two seconds; as Ray is set by itself, in fifteen."""


def main() -> None:
    from ray.cluster_utils import Cluster

    small = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args={**small, "_system_config": WATCH})
    second = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {"num_cpus": 1}
    node = cluster.add_node(**second, object_store_memory=STORE_BYTES)
    raylet, first = (one.all_processes["raylet"][0].process.pid for one in (node, cluster.head_node))
    print(json.dumps({"address": cluster.address, "raylet": raylet, "first": first}), flush=True)
    sys.stdin.read()
    for one in cluster.list_all_nodes():
        one.kill_all_processes(check_alive=False, allow_graceful=False)


if __name__ == "__main__":
    main()
