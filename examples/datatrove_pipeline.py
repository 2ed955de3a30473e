"""A datatrove pipeline that cleans texts on one machine; the same steps run on Slurm and on Ray.

python examples/datatrove_pipeline.py [FOLDER OF .jsonl] [OUTPUT FOLDER]
"""

import sys
import tempfile
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from dechaff.datatrove import ChaffFilter

SAMPLE = Path(__file__).resolve().parents[1] / "datasets"


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else str(SAMPLE)
    output = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
    executor = LocalPipelineExecutor(
        pipeline=[
            JsonlReader(source, glob_pattern="sample*.jsonl" if source == str(SAMPLE) else "*.jsonl"),
            ChaffFilter(min_words=20, exclusion_writer=JsonlWriter(f"{output}/dropped", compression=None)),
            JsonlWriter(f"{output}/clean", compression=None),
        ],
        tasks=4,
        workers=2,
        logging_dir=f"{output}/logs",
    )
    executor.run()
    print(f"{output}/clean holds the cleaned records, {output}/dropped the others, {output}/logs the statistics")


if __name__ == "__main__":
    main()
