"""dechaff in Polars.

    frame = dechaff.polars.clean(polars.scan_parquet("crawl/*.parquet"), html="html")
    frame = frame.with_columns(dechaff.polars.detect("text").struct.field("content"))

needs Polars.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TypeVar

import polars as pl

from ._options import TableTask

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)

#: The types of the results.
TYPES: dict[str, pl.DataType] = {
    "content": pl.String(),
    "access": pl.String(),
    "access_probability": pl.Float32(),
    "blocks": pl.List(
        pl.Struct({"start": pl.Int64(), "end": pl.Int64(), "label": pl.String(), "probability": pl.Float32()})
    ),
    "reason": pl.String(),
}


def clean(
    frame: Frame,
    *,
    text: str | None = None,
    html: str | None = None,
    output: Sequence[str] | None = None,
    prefix: str = "",
    model: str | PathLike[str] | None = None,
    max_content_loss: float | None = None,
    threads: int | None = None,
) -> Frame:
    """A frame with the columns ``content``, ``access``, ``access_probability``, ``blocks`` and ``reason`` added.

    A lazy frame stays lazy, and streams.

    Args:
        text: the column of texts (the default, ``text``); cells are strings or binary.
        html: the column of HTML pages, instead.
        output: the results that are wanted, if not all.
        prefix: stands before the names of the new columns.
        model: a model made by ``dechaff train``.
        max_content_loss: lose at most this share of content words, a fraction (0.001 is 0.1 %, 0.5 is half).
        threads: one for each core unless given.
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

    def work(part: pl.DataFrame) -> pl.DataFrame:
        results = task.results(part.select(task.column))
        return part.hstack(results.rename(dict(zip(task.output, task.result_names))))

    if isinstance(frame, pl.DataFrame):
        task.check_columns(frame.columns)
        return work(frame)
    schema = frame.collect_schema()
    task.check_columns(schema.names())
    results = {task.prefix + name: TYPES[name] for name in task.output}
    return frame.map_batches(work, schema={**schema, **results}, streamable=True)


def detect(
    column: str | pl.Expr,
    *,
    html: bool = False,
    output: Sequence[str] | None = None,
    model: str | PathLike[str] | None = None,
    max_content_loss: float | None = None,
    threads: int | None = None,
) -> pl.Expr:
    """An expression: a struct of the results for each row; the arguments are those of ``clean``."""
    task = TableTask.of(
        text=None if html else "document",
        html="document" if html else None,
        output=output,
        prefix="",
        model=model,
        max_content_loss=max_content_loss,
        threads=threads,
    )

    def work(series: pl.Series) -> pl.Series:
        return task.results(series.alias("document").to_frame()).to_struct(series.name)

    expression = pl.col(column) if isinstance(column, str) else column
    types = pl.Struct({name: TYPES[name] for name in task.output})
    return expression.map_batches(work, return_dtype=types, is_elementwise=True)
