"""Tables of results in the caller's own kind of table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def as_kind_of(source: Any, results: Any) -> Any:
    """Results, an Arrow stream, as the kind of table that ``source`` is: Polars for Polars, pyarrow otherwise.

    Without pyarrow the stream itself is given: an object with ``__arrow_c_stream__``.
    """
    package = type(source).__module__.partition(".")[0]
    if package == "polars":
        import polars

        return polars.DataFrame(results)
    try:
        import pyarrow
    except ImportError:
        return results
    table = pyarrow.table(results)
    return _one_batch(table) if isinstance(source, pyarrow.RecordBatch) else table


def _one_batch(table: Any) -> Any:
    import pyarrow

    batches = table.combine_chunks().to_batches()
    if len(batches) == 1:
        return batches[0]
    if not batches:
        return pyarrow.RecordBatch.from_arrays(
            [pyarrow.array([], field.type) for field in table.schema], schema=table.schema
        )
    raise ValueError("the results are larger than one record batch can be; give smaller batches, or a table")


def check_names(names: Sequence[str], results: Sequence[str]) -> None:
    """Say so if a column of results would have the name of one that is there."""
    taken = [name for name in results if name in names]
    if taken:
        raise ValueError(
            f"there is a column `{taken[0]}` already; give prefix=, for example prefix='dechaff_', "
            "or name the wanted results with output="
        )


def with_results(source: Any, results: Any, prefix: str) -> Any:
    """A pyarrow table or record batch with the columns of its results behind its own."""
    names = [prefix + name for name in results.schema.names]
    check_names(source.schema.names, names)
    return type(source).from_arrays([*source.columns, *results.columns], names=[*source.schema.names, *names])
