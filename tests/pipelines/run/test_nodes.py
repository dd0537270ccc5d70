"""Nodes are waited for, counted anew, and each gets its askers. On clusters: tests/pipelines/test_cluster.py."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from vdata.pipelines.run import nodes
from vdata.pipelines.run.nodes import AskerNodes, await_nodes, follow
from vdata.pipelines.run.unit import Pass


def there(*resources: dict[str, float]) -> list[dict[str, Any]]:
    """Nodes that are alive, and a dead one."""
    alive = [{"Alive": True, "NodeID": f"{n:056x}", "Resources": one} for n, one in enumerate(resources, 1)]
    return [*alive, {"Alive": False, "NodeID": "f" * 56, "Resources": {"CPU": 99.0, "GPU": 9.0}}]


HEAD, WORKER = {"CPU": 4.0}, {"CPU": 16.0, "GPU": 8.0}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, Any]]]:
    """What Ray tells at one look after the other; the last one stays."""
    looks: list[list[dict[str, Any]]] = []
    monkeypatch.setattr("ray.nodes", lambda: looks.pop(0) if len(looks) > 1 else looks[0])
    monkeypatch.setattr(nodes, "LOOK", 0.0)
    return looks


def test_nodes_that_are_there_are_not_waited_for(seen: list[Any]) -> None:
    seen += [there(HEAD)]
    said: list[str] = []
    await_nodes(1, said.append)
    assert said == ["The cluster has 1 node with 4 CPUs and 0 GPUs."]


def test_a_build_waits_for_nodes_and_says_what_there_is(seen: list[Any]) -> None:
    seen += [there(HEAD), there(HEAD), there(HEAD, WORKER), there(HEAD, WORKER, WORKER)]
    said: list[str] = []
    await_nodes(3, said.append)
    assert said == ["Waiting for 3 nodes to join …", "The cluster has 3 nodes with 36 CPUs and 16 GPUs."]


def test_it_begins_without_those_that_do_not_come_and_says_so(seen: list[Any]) -> None:
    seen += [there(HEAD, WORKER)]
    said: list[str] = []
    await_nodes(3, said.append, seconds=0.05)
    assert said == [
        "Waiting for 3 nodes to join …",
        "2 of 3 nodes have joined within 0.05 s, and the build begins with these. See Ray's logs on the others; those "
        "that join later are put to work.",
        "The cluster has 2 nodes with 20 CPUs and 8 GPUs.",
    ]


def test_each_asker_is_on_the_node_that_has_the_fewest(seen: list[Any]) -> None:
    seen += [there(HEAD, {"GPU": 8.0}, WORKER)] * 5 + [there(HEAD, {"GPU": 8.0}, WORKER, WORKER)]
    place = AskerNodes()
    given = [place()["scheduling_strategy"] for _ in range(6)]
    assert [int(one.node_id, 16) for one in given] == [1, 3, 1, 3, 1, 4], "nobody asks where there is no CPU"
    assert all(one.soft for one in given), "and goes elsewhere when its node dies"


def test_askers_follow_the_nodes(seen: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two passes the one that asks has two on each node, and five at most."""
    monkeypatch.setattr(Pass, "asks", property(lambda work: work.askers > 1))
    place: Any = dict.fromkeys(("parts", "attempts", "cache", "base", "media"))
    chain = [Pass(0, [], [], [], seed=0, **place), Pass(1, [], [], [], seed=0, askers=2, most_askers=5, **place)]
    seen += [there(HEAD), there(HEAD, WORKER), there(HEAD, WORKER, WORKER)]
    ended, sizes = threading.Event(), []

    def grow(dataset: str, wanted: list[int]) -> None:
        assert dataset == "the rows"
        sizes.append(wanted)
        if len(sizes) == 3:
            ended.set()

    monkeypatch.setattr(nodes, "grow_pools", grow)
    follow("the rows", chain, ended, pytest.fail, every=0.0)
    assert sizes == [[2], [4], [5]]


def test_a_ray_whose_pools_cannot_grow_is_said_once(seen: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(dataset: str, wanted: list[int]) -> None:
        raise AttributeError("no pools")

    monkeypatch.setattr(nodes, "grow_pools", grow)
    seen += [there(HEAD)]
    said: list[str] = []
    follow("the rows", [], threading.Event(), said.append, every=0.0)
    assert said == ["Nodes that join now get no process that asks teachers, as this Ray is another one: no pools."]
