"""vLLM inside the build: Ray actors that own the GPUs, shared by all who ask, for as long as the build runs."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from typing import Any

from ...schemas import Failed, MissingExtra, Request
from ..errors import UserError
from .backend import Call
from .engines import Engines
from .kinds.vllm import VLLM
from .messages import Message, messages_of
from .reply_parser import Raw
from .request_media import RequestMedia
from .teacher_errors import UNHEARD, TeacherError
from .vllm_actor import Question, VllmActor

MISSING = "needs the vllm package, which is not installed: pip install 'vdata-toolkit[vllm]'"
MOST = 100_000
"""Questions that wait in the pool: the askers hold their own limits."""
CLOSE_SECONDS = 30
ROUNDING = 1e-9
HUB_SECONDS = 15
_GROUPS: dict[Any, Any] = {}
"""The placement groups of engines that are on several nodes, by the id of their actor."""


class Pool:
    """The engines of one model. Runs in a Ray actor: all askers share it, and it alone watches over the engines."""

    def __init__(self, settings: VLLM) -> None:
        among = settings.replica_range
        self.settings, self.there = settings, gpus_of_nodes()
        self.engines = Engines(
            partial(start, settings, gpus(settings, sum(self.there))),
            among.min,
            settings.restarts,
            settings.timeout,
            most=among.max,
            full=settings.concurrency,
            stop=stop,
        )

    async def open(self) -> str:
        """Load the model and return when the first engine is ready: an empty text, or the reason why none will be."""
        return too_few(self.settings, self.there) or await self.engines.open()

    async def ask(self, question: Sequence[Any]) -> Raw:
        """One reply to a Question, given as Ray's reference to it, the only item.

        Raises:
            TeacherError: there is none.
        """
        reply: Raw = await self.engines.ask(question)
        return reply

    async def actors(self) -> list[Any]:
        """The actors that can be asked at present."""
        return [engine.actor for engine in self.engines.engines if engine.actor is not None]

    async def restarts(self) -> int:
        return sum(engine.restarts for engine in self.engines.engines)

    async def close(self) -> None:
        await self.engines.close()


class Vllm:
    """The backend of ``kind: vllm``. Ray must have been started."""

    def __init__(self, settings: VLLM, media: RequestMedia) -> None:
        self.settings, self.media = settings, media
        self._pool: Any = None

    async def prepare(self, request: Request) -> list[Message]:
        """The messages of *request*; what lies elsewhere stays there, and the engine that is asked brings it.

        They describe its schema too: guided decoding does not show it to the model.
        """
        return await messages_of(request, self.settings, self.media, in_words=True, held=True)

    async def send(self, call: Call, prepared: list[Message]) -> Raw:
        """One reply, from the engine that is least busy.

        Raises:
            TeacherError: there is none.
            Failed: what it shows is lost.
        """
        import ray
        from ray.exceptions import RayError, RayTaskError

        if self._pool is None:
            self._pool = pool(self.settings)
        # By reference: pictures go straight from where they are to the engine.
        question = ray.put(Question(call.messages(prepared), self._sampling(call), call.request.schema))
        reference = self._pool.ask.remote([question])
        try:
            reply: Raw = await reference
            return reply
        except BaseException as error:
            if isinstance(error, RayTaskError):
                cause = error.cause
                if isinstance(cause, Failed):
                    raise cause from None
                fault = cause if isinstance(cause, TeacherError) else TeacherError(str(cause), again=False)
                if call.request.has_sound and not fault.again:
                    fault = TeacherError(fault.detail + UNHEARD, again=False)
                raise fault from None
            if isinstance(error, RayError):
                self._pool = None
                raise TeacherError(f"the engines are gone: {type(error).__name__}") from None
            with suppress(Exception):
                ray.cancel(reference)
            raise

    async def close(self) -> None:
        """Nothing: others may be asking. ``running`` ends the engines, or Ray with whoever started them."""

    def _sampling(self, call: Call) -> dict[str, Any]:
        settings, request = self.settings, call.request
        given = {
            "temperature": settings.temperature if request.temperature is None else request.temperature,
            "max_tokens": request.max_tokens or settings.max_tokens,
            "top_p": settings.top_p,
            "seed": None if settings.seed is None else settings.seed + call.sample,
        }
        return {key: value for key, value in given.items() if value is not None}


@contextmanager
def running(teachers: Mapping[str, VLLM]) -> Iterator[None]:
    """Load the models of *teachers*, by name; end their engines afterwards. Ray must be there.

    Raises:
        UserError: one cannot be loaded.
    """
    import ray

    pools = {name: pool(settings) for name, settings in teachers.items()}
    try:
        for name, why in zip(pools, ray.get([one.open.remote() for one in pools.values()]), strict=True):
            if why:
                raise UserError(f"teachers.{name}: vLLM cannot serve {teachers[name].model}: {why}")
        yield
    finally:
        for one in pools.values():
            with suppress(Exception):
                ray.get(one.close.remote(), timeout=CLOSE_SECONDS)
            with suppress(Exception):
                ray.kill(one)


def pool(settings: VLLM) -> Any:
    """The handle of the Pool that serves *settings* in this Ray job; made when there is none.

    Teachers that differ in their sampling only share one. It is on the node of the process that makes it, with which it
    would end in any case: that of the command, which loads the models.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here: Any = ray.get_runtime_context()
    keys = {"model", "tensor_parallel", "replicas", "gpu", "engine", "concurrency", "restarts", "timeout"}
    name = "vllm-" + hashlib.sha256(settings.model_dump_json(include=keys).encode()).hexdigest()[:16]
    options: dict[str, Any] = {"name": name, "get_if_exists": True, "num_cpus": 0, "max_concurrency": MOST}
    options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(here.get_node_id(), soft=False)
    return ray.remote(Pool).options(**options).remote(settings)


def start(settings: VLLM, each: float) -> Any:
    """The Ray actor of one engine, which reserves *each* GPUs. It waits for a node that has them."""
    import ray

    arguments = {"model": settings.model, "tensor_parallel_size": settings.tensor_parallel, **settings.engine}
    options: dict[str, Any] = {
        "num_cpus": 0,
        "num_gpus": each,
        "scheduling_strategy": "SPREAD",
        "max_restarts": 0,
        "max_task_retries": 0,
        "max_concurrency": settings.concurrency + 8,  # metrics must not wait behind questions
        "runtime_env": {"env_vars": {"VLLM_NO_USAGE_STATS": "1"}},
    }
    group = None
    if settings.tensor_parallel > 1 and each > max(gpus_of_nodes(), default=0):
        group, options["num_gpus"] = across_nodes(settings.tensor_parallel), 0
        options["scheduling_strategy"] = scheduled_in(group)
        arguments.setdefault("distributed_executor_backend", "ray")  # its workers go to the bundles of the group
    elif settings.tensor_parallel > 1:  # the actor has the GPUs: vLLM must not ask Ray for more
        arguments.setdefault("distributed_executor_backend", "mp")
    actor: Any = ray.remote(VllmActor).options(**options).remote(arguments)
    if group is not None:
        _GROUPS[actor._actor_id] = group
    return actor


def stop(actor: Any) -> None:
    """End the actor of an engine, and free what was reserved for it besides."""
    import ray
    from ray.util.placement_group import remove_placement_group

    if actor is None:
        return
    with suppress(Exception):
        ray.kill(actor, no_restart=True)
    if (group := _GROUPS.pop(actor._actor_id, None)) is not None:
        with suppress(Exception):
            remove_placement_group(group)


def gpus_of_nodes() -> list[float]:
    """The GPUs of each node that has some."""
    import ray

    nodes: Any = ray.nodes
    return [gpus for node in nodes() if node["Alive"] and (gpus := node["Resources"].get("GPU", 0.0))]


def across_nodes(count: int) -> Any:
    """A placement group of *count* GPUs, on as few nodes as hold them."""
    from ray.util.placement_group import placement_group

    return placement_group([{"GPU": 1}] * count, strategy="PACK")


def scheduled_in(group: Any) -> Any:
    """The scheduling strategy of an actor that runs in *group*, as do the workers that it starts."""
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

    return PlacementGroupSchedulingStrategy(group, placement_group_capture_child_tasks=True)


def gpus(settings: VLLM, there: float) -> float:
    """GPUs that an engine reserves, when the cluster has *there*: none where there is none, unless ``gpu`` is given."""
    return settings.tensor_parallel * settings.gpu if there or "gpu" in settings.model_fields_set else 0


def too_few(settings: VLLM, there: Sequence[float]) -> str:
    """Why the engines that are always there would wait for ever on nodes that have *there* GPUs; empty: they do not.

    An engine that fits on a node has all its GPUs there.
    """
    each, least = gpus(settings, sum(there)), settings.replica_range.min
    if not there or not each:
        return ""
    if settings.tensor_parallel > 1 and each > max(there):  # each has some of several nodes
        room = int(sum(map(int, there)) / each)
    elif each < 1:  # each has a part of one GPU
        room = sum(map(int, there)) * int(1 / each + ROUNDING)
    else:
        room = sum(int(one / each) for one in there)
    if room >= least:
        return ""
    nodes = ", ".join(f"{many} of {one:g}" for one, many in Counter(there).items())
    what = f"{least} × {each:g} GPUs (replicas × tensor_parallel) are asked for, and {sum(there):g} are there"
    return f"{what} (nodes: {nodes}), with room for {room} of these engines"


def check(settings: VLLM) -> None:
    """See what can be seen without loading the model.

    Raises:
        MissingExtra: vLLM is not installed.
        UserError: the settings do not go together, or there is no such model.
    """
    if settings.tensor_parallel > 1 and settings.gpu not in (0, 1):
        one = f"gpu: {settings.gpu:g} needs tensor_parallel: 1"
        raise UserError(f"{one}; an engine that has a part of a GPU is on that one alone.")
    if find_spec("vllm") is None:
        raise MissingExtra(MISSING)
    if not os.path.isdir(settings.model):
        _look_up(settings.model)


def _look_up(model: str) -> None:
    """Is *model* on the Hugging Face hub, or in its cache on this machine?"""
    from huggingface_hub import model_info, try_to_load_from_cache
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError

    try:
        if not isinstance(try_to_load_from_cache(model, "config.json"), str):
            model_info(model, timeout=HUB_SECONDS)
        return
    except GatedRepoError:
        why = "is gated: accept its terms on huggingface.co and set HF_TOKEN."
    except (RepositoryNotFoundError, HFValidationError):
        why = "is neither a folder here nor a model on the Hugging Face hub."
    except Exception as error:
        why = f"is not on this machine, and the Hugging Face hub cannot be asked ({type(error).__name__})."
    raise UserError(f"model: {model} {why}")
