"""DuckDB asks for texts, and asks of the results.

python examples/duckdb_query.py [FILES OF .parquet] [COLUMN]
"""

import sys

import dechaff
import duckdb
from _sample import sample_as_parquet


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else f"{sample_as_parquet()}/*.parquet"
    column = sys.argv[2] if len(sys.argv) > 2 else "text"
    texts = duckdb.sql(f"SELECT \"{column}\" AS text FROM read_parquet('{source}')")
    results = dechaff.filter_table(texts)  # noqa: F841 - DuckDB finds it by its name
    print(duckdb.sql("SELECT access, count(*) AS pages, sum(length(content)) AS kept FROM results GROUP BY access"))
    blocks = "SELECT unnest(blocks, recursive := true) FROM results"
    print(duckdb.sql(f"SELECT label, count(*) AS blocks FROM ({blocks}) GROUP BY label ORDER BY blocks DESC"))


if __name__ == "__main__":
    main()
