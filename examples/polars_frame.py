"""Polars cleans Parquet files with a column of texts, and streams them: as a frame, and as an expression.

python examples/polars_frame.py [FILES OF .parquet] [COLUMN]
"""

import sys

import dechaff.polars
import polars as pl
from _sample import sample_as_parquet


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else f"{sample_as_parquet()}/*.parquet"
    column = sys.argv[2] if len(sys.argv) > 2 else "text"
    frame = dechaff.polars.clean(pl.scan_parquet(source), text=column)
    print(frame.group_by("access").agg(pl.len(), pl.col("content").str.len_chars().sum()).collect(engine="streaming"))

    labels = dechaff.polars.detect(column).struct.field("blocks").list.explode().struct.field("label")
    print(pl.scan_parquet(source).select(labels.value_counts(sort=True)).collect())


if __name__ == "__main__":
    main()
