"""The sample dump as Parquet, for examples that are run without arguments."""

import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SAMPLE = Path(__file__).resolve().parents[1] / "datasets/sample.jsonl"


def sample_as_parquet():
    """A folder with the sample's texts."""
    with open(SAMPLE, encoding="utf-8", newline="\n") as lines:
        records = [record for record in map(json.loads, lines) if "text" in record]
    folder = tempfile.mkdtemp()
    table = pa.table({"id": [record["id"] for record in records], "text": [record["text"] for record in records]})
    pq.write_table(table, f"{folder}/sample.parquet")
    return folder
