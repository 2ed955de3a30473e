"""dechaff in Ray Data.

    dataset = dechaff.ray.clean(ray.data.read_parquet("crawl/"), html="html")
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from ._options import TableTask

if TYPE_CHECKING:
    import pyarrow
    import ray.data


class Cleaner:
    """The class that Ray makes an actor of: one detector a worker, made once."""

    def __init__(self, task: TableTask) -> None:
        self.task = task
        task.detector()

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
    workers: int | tuple[int, int] = 1,
    batch_size: int | None = 256,
    **options: Any,
) -> ray.data.Dataset:
    """A dataset with the columns ``content``, ``access``, ``access_probability``, ``blocks`` and ``reason`` added.

    Args:
        text: the column of texts (the default, ``text``); cells are strings or bytes.
        html: the column of HTML pages, instead.
        output: the results that are wanted, if not all.
        prefix: stands before the names of the new columns.
        model: a model made by ``dechaff train``, where each worker finds it.
        max_content_loss: lose at most this share of content words (0.001 is 0.1 %).
        threads: of each worker; Ray is told that it needs as many CPUs.
        workers: how many actors, or from how few to how many.
        batch_size: rows for each call. 256 pages of HTML are some 50 MB.
        options: what else ``map_batches`` takes. An actor that dies is started again, its batch repeated.
    """
    from ray.data import ActorPoolStrategy

    task = TableTask.of(
        text=text,
        html=html,
        output=output,
        prefix=prefix,
        model=model,
        max_content_loss=max_content_loss,
        threads=threads,
    )
    if isinstance(workers, int):
        pool = ActorPoolStrategy(size=workers)
    else:
        pool = ActorPoolStrategy(min_size=workers[0], max_size=workers[1])
    options.setdefault("num_cpus", threads)
    return dataset.map_batches(
        Cleaner,
        fn_constructor_args=(task,),
        batch_format="pyarrow",
        batch_size=batch_size,
        compute=pool,
        **options,
    )
