"""dechaff in Ray Data.

    dataset = dechaff.ray.clean(ray.data.read_parquet("crawl/"), html="html")

needs Ray and pyarrow.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from ._options import TableTask

if TYPE_CHECKING:
    import pyarrow
    import ray.data


class Cleaner:
    """What Ray makes an actor of."""

    def __init__(self, task: TableTask) -> None:
        self.task = task

    def __call__(self, batch: pyarrow.Table) -> pyarrow.Table:
        return self.task(batch)


def clean(
    dataset: ray.data.Dataset,
    *,
    text: str | None = None,
    html: str | None = None,
    output: Sequence[str] | None = None,
    prefix: str = "",
    model: str | PathLike[str] | None = None,
    max_content_loss: float | None = None,
    threads: int = 1,
    actors: int | tuple[int, int] | None = None,
    batch_size: int | None = None,
    **options: Any,
) -> ray.data.Dataset:
    """A dataset with the columns ``content``, ``access``, ``access_probability``, ``blocks`` and ``reason`` added.

    Runs as tasks on every free CPU; without ``batch_size`` Ray runs them where it reads the data, and no text is copied
    from one process to another. The model is loaded once a process, in some 20 ms, so that actors win nothing; they are
    for pipelines that need a pool of a fixed size.

    Args:
        text: the column of texts (the default, ``text``); cells are strings or bytes.
        html: the column of HTML pages, instead.
        output: the results that are wanted, if not all.
        prefix: stands before the names of the new columns.
        model: a model made by ``dechaff train``, where each worker finds it.
        max_content_loss: lose at most this share of content words, a fraction (0.001 is 0.1 %, 0.5 is half).
        threads: of each worker; Ray is told that it needs as many CPUs.
        actors: how many, or from how few to how many. Leave CPUs for what reads and writes.
        batch_size: rows for each call; a whole block of Ray's (128 MiB at most) if not given.
        options: what else ``map_batches`` takes. What a killed worker was at is done again.
    """
    task = TableTask.of(
        text=text,
        html=html,
        output=output,
        prefix=prefix,
        model=model,
        max_content_loss=max_content_loss,
        threads=threads,
    )
    options = {"num_cpus": threads, "batch_format": "pyarrow", "batch_size": batch_size, **options}
    if actors is None:
        return dataset.map_batches(task.__call__, **options)
    return dataset.map_batches(
        Cleaner, fn_constructor_args=(task,), compute=_pool(actors, options["num_cpus"]), **options
    )


def _pool(actors: int | tuple[int, int], cpus: float) -> ray.data.ActorPoolStrategy:
    import ray
    from ray.data import ActorPoolStrategy

    fewest, most = (actors, actors) if isinstance(actors, int) else actors
    there = ray.cluster_resources().get("CPU", 0) if ray.is_initialized() else None
    if there is not None and fewest * cpus > there - 1:
        warnings.warn(
            f"{fewest} actors of {cpus} CPU leave none of the cluster's {there:g} to read with, and the dataset may wait "
            "for ever; give fewer actors, or none",
            stacklevel=3,
        )
    return ActorPoolStrategy(min_size=fewest, max_size=most)
