"""A Ray cluster of two nodes on this machine, in a process of its own: ``python two_nodes.py [RESOURCES [CPUS]]``.

RESOURCES, JSON, is what the second node says that it has: ``{"num_cpus": 2, "num_gpus": 1}``; one CPU if not given.
With CPUS the first node has so many, not one, and the second joins when a line is read.

Prints one line of JSON: the address of the cluster, and the ids of the second and of the first node's raylet, whose
children are the nodes' workers; where the second has yet to join, 0 for it, and its id in a second line.
Ends with the cluster when its input is closed. Its files go to RAY_TMPDIR.
"""

from __future__ import annotations

import json
import sys
from typing import Any

STORE_BYTES = 80 * 2**20
"""Ray asks for 75 MiB at least."""
WATCH = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 3}
"""A node that is gone is noticed in two seconds; as Ray is set by itself, in fifteen."""


def raylet(node: Any) -> int:
    """The process of *node*."""
    return int(node.all_processes["raylet"][0].process.pid)


def main() -> None:
    from ray.cluster_utils import Cluster

    late = sys.argv[2:]
    small = {"num_cpus": int(late[0]) if late else 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    cluster: Any = Cluster(initialize_head=True, head_node_args={**small, "_system_config": WATCH})
    second = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {"num_cpus": 1}

    def joined() -> int:
        return raylet(cluster.add_node(**second, object_store_memory=STORE_BYTES))

    told = {"address": cluster.address, "raylet": 0 if late else joined(), "first": raylet(cluster.head_node)}
    print(json.dumps(told), flush=True)
    if late and sys.stdin.readline():
        print(joined(), flush=True)
    sys.stdin.read()
    for one in cluster.list_all_nodes():
        one.kill_all_processes(check_alive=False, allow_graceful=False)


if __name__ == "__main__":
    main()
