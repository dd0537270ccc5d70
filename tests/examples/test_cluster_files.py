"""The files in examples/cluster are what Ray and KubeRay take, and run a config that has no mistake."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from vdata import cli
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas.bucket_path import BucketPath

FOLDER = Path(__file__).parent.parent.parent / "examples" / "cluster"

# The keys of ray.io/v1 that are used, as KubeRay's custom resource definition has them.
JOB = {"entrypoint", "submissionMode", "backoffLimit", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished"}
JOB |= {"rayClusterSpec"}
CLUSTER = {"rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"}
HEAD = {"rayStartParams", "template"}
WORKERS = {"groupName", "replicas", "minReplicas", "maxReplicas", "rayStartParams", "template"}
CONTAINER = {"name", "image", "envFrom", "resources", "volumeMounts"}


def test_the_build_has_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOS", str(tmp_path))
    config = load_config(FOLDER / "build.yaml")
    assert config.output.path == Path("/shared/out")
    assert config.cache == Path("/shared/cache")
    assert "near_duplicates" in [stage.name() for stage in resolve_plan(config).stages]


def test_all_that_the_build_writes_may_be_in_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its comment says."""
    places = {"VIDEOS": "s3://lab/videos/*.mp4", "OUT": "s3://lab/out", "CACHE": "s3://lab/cache"}
    for name, address in places.items():
        monkeypatch.setenv(name, address)
    config = load_config(FOLDER / "build.yaml")
    assert (config.videos, config.output.path) == ([places["VIDEOS"]], BucketPath(places["OUT"]))
    assert config.cache == BucketPath(places["CACHE"])
    text = " ".join((FOLDER / "build.yaml").read_text().replace("\n#", "").split())
    assert "Videos and the output may be in a bucket as well (s3://…), and so may the cache; relative paths may" in text


def test_ray_takes_the_cluster() -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    written = yaml.safe_load((FOLDER / "ray.yaml").read_text())
    prepared = prepare_config(written)
    validate_config(prepared)
    assert prepared["max_workers"] == len(written["provider"]["worker_ips"]) == written["min_workers"]
    with_typo = {**prepared, "setup_comands": []}
    with pytest.raises(Exception, match="setup_comands"):
        validate_config(with_typo)
    assert all("--port=6379" in line or "ray stop" in line for line in prepared["head_start_ray_commands"])
    assert any("$RAY_HEAD_IP:6379" in line for line in prepared["worker_start_ray_commands"])


def test_what_the_files_start_has_the_options_that_there_are() -> None:
    from ray.scripts.scripts import cli as program

    told = (FOLDER / "ray.yaml").read_text() + (FOLDER / "build.sbatch").read_text()
    told = told.replace("${ADDRESS#*:}", "6379").replace("$size", "")
    begins = r"(?:^(?:#  )?|- |; |until |exec |=token )"
    found = re.findall(rf"{begins} *(ray [a-z][^;>\n]*?)(?:  #.*)?[;>\n]", told, re.MULTILINE)
    assert len(found) >= 12
    for one in found:
        _, name, *words = shlex.split(one)
        program.commands[name].make_context(name, words)


def test_the_job_has_the_keys_of_kuberay() -> None:
    job = yaml.safe_load((FOLDER / "rayjob.yaml").read_text())
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    spec = job["spec"]
    assert set(spec) == JOB
    assert spec["submissionMode"] in {"K8sJobMode", "HTTPMode", "SidecarMode", "InteractiveMode"}
    cluster = spec["rayClusterSpec"]
    assert set(cluster) == CLUSTER
    assert set(cluster["headGroupSpec"]) == HEAD
    (workers,) = cluster["workerGroupSpecs"]
    assert set(workers) == WORKERS
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
    for group in (cluster["headGroupSpec"], workers):
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
        check_pod(group["template"]["spec"])
    assert cluster["rayVersion"] in (FOLDER / "Dockerfile").read_text()


def check_pod(pod: dict[str, Any]) -> None:
    """Every folder that a container mounts is a volume of its pod, and the shared one is among them."""
    assert set(pod) == {"containers", "volumes"}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert all(len(volume) == 2 for volume in volumes.values())  # its name, and what it is
    (container,) = pod["containers"]
    assert set(container) == CONTAINER
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounts.values()) == set(volumes)
    assert "persistentVolumeClaim" in volumes[mounts["/shared"]]
    assert volumes[mounts["/config"]]["configMap"] == {"name": "vdata-build"}
    assert volumes[mounts["/dev/shm"]]["emptyDir"]["medium"] == "Memory"
    assert set(container["resources"]) == {"requests", "limits"}


def test_all_run_the_build_on_the_cluster_when_its_nodes_are_there() -> None:
    spec = yaml.safe_load((FOLDER / "rayjob.yaml").read_text())["spec"]
    program, name, *words = spec["entrypoint"].split()
    assert program == "vdata"
    context = cli.commands.commands[name].make_context(name, words)
    assert (context.params["config"], context.params["address"]) == ("/config/build.yaml", "auto")
    (workers,) = spec["rayClusterSpec"]["workerGroupSpecs"]
    assert context.params["nodes"] == 1 + workers["replicas"], "the head is one of them"
    machines = 1 + len(yaml.safe_load((FOLDER / "ray.yaml").read_text())["provider"]["worker_ips"])
    for text in (FOLDER / "ray.yaml", FOLDER.parent.parent / "docs" / "ray_up.md"):
        assert f"'vdata build /shared/build.yaml --address auto --nodes {machines}'" in text.read_text()
    script = (FOLDER / "build.sbatch").read_text()
    assert 'vdata build "$config" --address "$ADDRESS" --nodes "$SLURM_JOB_NUM_NODES"' in script
