"""Ray Data cleans Parquet files with a column of texts or pages.

python examples/ray_dataset.py [FOLDER OF .parquet] [OUTPUT FOLDER] [COLUMN]
"""

import sys
import tempfile

import dechaff.ray
import ray
from _sample import sample_as_parquet


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else sample_as_parquet()
    output = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
    column = sys.argv[3] if len(sys.argv) > 3 else "text"
    dataset = dechaff.ray.clean(ray.data.read_parquet(source), text=column, output=["content", "access", "reason"])
    dataset = dataset.filter(lambda row: row["access"] != "gated" and row["reason"] is None)
    dataset.select_columns(["id", "content", "access"]).write_parquet(output)
    print(f"{output}: {ray.data.read_parquet(output).count()} records")


if __name__ == "__main__":
    main()
