"""Media of requests made by tasks on a cluster: ``python media_on_nodes.py ADDRESS``.

Prints a line of JSON for each thing that is tried. After the first one a second node is to be started.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import sys
import time
from collections import Counter
from functools import partial
from typing import Any

MADE, SECONDS = 10, 0.05
"""Media of each kind, and how long one takes."""
LONG = 120.0


def place(number: int) -> tuple[str, ...]:
    """A medium that tells the node on which it is made."""
    import ray

    time.sleep(SECONDS)
    return (f"{number} {ray.get_runtime_context().get_node_id()}",)


def told(**what: Any) -> None:
    print(json.dumps(what), flush=True)


async def main(address: str) -> None:
    import media_on_nodes  # by this name workers know it
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    from vdata.pipelines.run import media_tasks
    from vdata.pipelines.run.media_tasks import NEAR, RayMediaTasks, node_here
    from vdata.pipelines.teachers import request_media
    from vdata.pipelines.teachers.request_media import RequestMedia, fetched

    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    media_tasks.COUNT_EVERY, request_media.THREADS = 0.5, 1
    here, tasks, media = node_here(), RayMediaTasks(), RequestMedia(patience=LONG)
    media.use(tasks)
    told(places=tasks.places)

    async def by_all(number: int) -> str:
        make = partial(media_on_nodes.place, number)
        return (await fetched(await media._once(number, make)))[0].split()[1]

    nodes, numbers, end = {here}, itertools.count(), time.monotonic() + LONG
    while len(nodes) < 2 and time.monotonic() < end:
        nodes |= set(await asyncio.gather(*(by_all(next(numbers)) for _ in range(MADE))))
    told(places=tasks.places, nodes=len(nodes))
    (other,) = nodes - {here}

    async def by_tasks(near: str) -> Counter[str]:
        NEAR.set(near)
        found: Counter[str] = Counter()
        for number in range(MADE):
            (word,) = await fetched(await tasks.make(partial(media_on_nodes.place, number)))
            found[{here: "first", other: "second"}[word.split()[1]]] += 1
        return found

    told(near={"first": await by_tasks(here), "second": await by_tasks(other)})
    there: Any = NodeAffinitySchedulingStrategy(other, soft=False)
    made: Any = ray.remote(Holder)
    holder = made.options(num_cpus=1, scheduling_strategy=there).remote()
    ray.get(holder.ready.remote())
    told(busy=await by_tasks(other))
    told(gone=await by_tasks("1" * len(other)))


class Holder:
    """Holds a processor."""

    def ready(self) -> bool:
        return True


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
