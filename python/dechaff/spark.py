"""dechaff in Spark.

    frame = dechaff.spark.clean(spark.read.parquet("crawl/"), html="html")

needs pyspark and pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING

from ._options import TableTask

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import DataFrame

#: The types of the results, as Spark writes them.
TYPES = {
    "content": "string",
    "access": "string",
    "access_probability": "float",
    "blocks": "array<struct<start: bigint, end: bigint, label: string, probability: float>>",
    "reason": "string",
}


def clean(
    frame: DataFrame,
    *,
    text: str | None = None,
    html: str | None = None,
    output: Sequence[str] | None = None,
    prefix: str = "",
    model: str | PathLike[str] | None = None,
    max_content_loss: float | None = None,
    threads: int = 1,
) -> DataFrame:
    """A data frame with the columns ``content``, ``access``, ``access_probability``, ``blocks`` and ``reason`` added.

    Works by ``mapInArrow``. Pages are long: set ``spark.sql.execution.arrow.maxRecordsPerBatch``, the rows of a call, and
    ``spark.sql.parquet.columnarReaderBatchSize`` to 256 or so.

    Args:
        text: the column of texts (the default, ``text``); cells are strings or binary.
        html: the column of HTML pages, instead.
        output: the results that are wanted, if not all.
        prefix: stands before the names of the new columns.
        model: a model made by ``dechaff train``, where each executor finds it (``SparkFiles.get``).
        max_content_loss: lose at most this share of content words, a fraction (0.001 is 0.1 %, 0.5 is half).
        threads: of each task; set ``spark.task.cpus`` to the same.
    """
    from pyspark.sql.types import StructField, StructType, _parse_datatype_string

    task = TableTask.of(
        text=text,
        html=html,
        output=output,
        prefix=prefix,
        model=model,
        max_content_loss=max_content_loss,
        threads=threads,
    )
    task.check_columns(frame.columns)
    results = [StructField(task.prefix + name, _parse_datatype_string(TYPES[name])) for name in task.output]

    def work(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        return map(task, batches)

    return frame.mapInArrow(work, StructType([*frame.schema.fields, *results]))
