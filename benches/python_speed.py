"""What Python costs: `filter_table` on one thread beside the library, in turns; and engines with one and two CPUs.

    pip install . -r tests/python/requirements.txt
    cargo build --release --example label_texts
    python benches/python_speed.py --engines ray spark polars datatrove -- texts.jsonl pages.jsonl

takes records with `text` or `html`. Prints seconds (the best of five turns of three; the median of an engine's runs) and ratios.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import dechaff
import pyarrow as pa
import pyarrow.parquet as pq

EXAMPLE = Path(__file__).resolve().parents[1] / "target/release/examples/label_texts"
TURNS = 5


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        records = [json.loads(line) for line in lines]
    column = "html" if records[0].get("html") else "text"
    return column, pa.table({column: [record[column] for record in records if record.get(column)]})


def overhead(path):
    column, table = read(path)
    size = sum(len(cell.as_py().encode()) for cell in table[column])
    detector = dechaff.Detector(threads=1)
    library, python = [], []
    for _ in range(TURNS):
        printed = subprocess.run([EXAMPLE, path], capture_output=True, text=True, check=True).stdout
        library.append(float(re.match(r"[\d.]+", printed)[0]))
        for _ in range(3):
            start = time.perf_counter()
            results = detector.filter_table(table, **{column: column})
            python.append(time.perf_counter() - start)
    blocks = sum(len(row) for row in results["blocks"].to_pylist())
    print(f"{path}: {table.num_rows} records, {size / 1e6:.1f} MB, {blocks} blocks")
    print(f"  library      {min(library):.3f} s  {size / 1e6 / min(library):.1f} MB/s")
    print(
        f"  filter_table {min(python):.3f} s  {size / 1e6 / min(python):.1f} MB/s  {min(python) / min(library):.3f}",
        flush=True,
    )
    return min(python)


#: What reads a column of the Parquet files in a folder and cleans it, with so many CPUs.
ENGINES = {
    "ray": """
        import ray, dechaff.ray
        ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        def job(folder):
            dataset = dechaff.ray.clean(ray.data.read_parquet(folder), output=["content", "access"], **{column: column})
            dataset.select_columns(["content", "access"]).materialize()
    """,
    "spark": """
        from pyspark.sql import SparkSession
        import dechaff.spark
        builder = SparkSession.builder.master(f"local[{cpus}]").config("spark.ui.enabled", "false")
        for name in ["spark.sql.execution.arrow.maxRecordsPerBatch", "spark.sql.parquet.columnarReaderBatchSize"]:
            builder = builder.config(name, "256")
        spark = builder.config("spark.driver.memory", "6g").getOrCreate()
        def job(folder):
            frame = dechaff.spark.clean(spark.read.parquet(folder), output=["content", "access"], **{column: column})
            frame.select("content", "access").write.format("noop").mode("overwrite").save()
    """,
    "polars": """
        import os
        os.environ["POLARS_MAX_THREADS"] = str(cpus)
        import polars, dechaff.polars
        def job(folder):
            frame = polars.scan_parquet(folder + "/*.parquet")
            frame = dechaff.polars.clean(frame, output=["content", "access"], threads=cpus, **{column: column})
            frame.select(polars.col("content").str.len_bytes().sum()).collect(engine="streaming")
    """,
    "datatrove": """
        import tempfile
        from datatrove.executor import LocalPipelineExecutor
        from datatrove.pipeline.readers import ParquetReader
        from dechaff.datatrove import ChaffExtractor, ChaffFilter
        def job(folder):
            reader = ParquetReader(folder, glob_pattern="*.parquet", text_key=column, batch_size=100)
            step = ChaffExtractor() if column == "html" else ChaffFilter(labels=False)
            LocalPipelineExecutor([reader, step], tasks=cpus, workers=cpus, logging_dir=tempfile.mkdtemp()).run()
    """,
}
START = "import sys, time\ncpus, column, small, large, runs = int(sys.argv[1]), *sys.argv[2:5], int(sys.argv[5])\n"
END = """
job(small)
for _ in range(runs):
    start = time.perf_counter()
    job(large)
    print("seconds", time.perf_counter() - start)
"""


def scaling(path, seconds_of_one, options):
    """Eight files of one row group, 3.5 s of work each, after a run over two that starts the workers."""
    column, table = read(path)
    rows = pa.concat_tables([table] * max(1, round(3.5 / seconds_of_one)))
    with tempfile.TemporaryDirectory() as folder:
        first = f"{folder}/rows"
        pq.write_table(rows, first, compression="none", use_dictionary=False, row_group_size=rows.num_rows)
        for name, files in [("small", 2), ("large", 8)]:
            os.mkdir(f"{folder}/{name}")
            for n in range(files):
                os.link(first, f"{folder}/{name}/{n}.parquet")
        size = rows.nbytes * 8 / 1e6
        print(f"{path}: 8 files, {size:.0f} MB", flush=True)
        for engine in options.engines:
            program = START + textwrap.dedent(ENGINES[engine]) + END
            seconds = {}
            for cpus in (1, 2):
                arguments = [str(cpus), column, f"{folder}/small", f"{folder}/large", str(options.runs)]
                command = [sys.executable, "-c", program, *arguments]
                os.environ["PYSPARK_PYTHON"] = sys.executable
                out = subprocess.run(
                    command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
                ).stdout
                seconds[cpus] = statistics.median(map(float, re.findall(r"^seconds (.*)", out, re.MULTILINE)))
            one, two = seconds[1], seconds[2]
            speeds = f"{size / one:.1f} and {size / two:.1f} MB/s"
            print(f"  {engine:<9} one CPU {one:.1f} s, two {two:.1f} s, ratio {one / two:.2f}; {speeds}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="JSON Lines")
    parser.add_argument(
        "--engines", nargs="*", default=list(ENGINES), choices=list(ENGINES), help="which; none is allowed"
    )
    parser.add_argument("--runs", type=int, default=3, help="of each engine; the median counts")
    options = parser.parse_args()
    seconds = {path: overhead(path) for path in options.files}
    if options.engines:
        for path in options.files:
            scaling(path, seconds[path], options)


if __name__ == "__main__":
    main()
