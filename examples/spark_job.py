"""Spark cleans Parquet files with a column of texts or pages.

python examples/spark_job.py [FOLDER OF .parquet] [OUTPUT FOLDER] [COLUMN]
"""

import os
import sys
import tempfile

import dechaff.spark
from _sample import sample_as_parquet
from pyspark.sql import SparkSession


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else sample_as_parquet()
    output = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp() + "/clean"
    column = sys.argv[3] if len(sys.argv) > 3 else "text"
    # The workers' Python is this one, which has dechaff.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dechaff").config("spark.ui.enabled", "false")
    # Pages are long, and Spark counts rows.
    for name in ["spark.sql.execution.arrow.maxRecordsPerBatch", "spark.sql.parquet.columnarReaderBatchSize"]:
        builder = builder.config(name, "256")
    spark = builder.getOrCreate()
    frame = dechaff.spark.clean(spark.read.parquet(source), text=column, output=["content", "access", "reason"])
    frame = frame.where("access != 'gated' AND reason IS NULL").select("id", "content", "access")
    frame.write.parquet(output)
    print(f"{output}: {spark.read.parquet(output).count()} records")
    spark.stop()


if __name__ == "__main__":
    main()
