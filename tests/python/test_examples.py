"""The examples and the README's lines run as they are.

    python tests/python/test_examples.py

in an environment with the wheel and the packages of requirements.txt beside this file; Spark needs Java 17 or newer.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Examples(unittest.TestCase):
    def run_python(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "TMPDIR": folder, "PYSPARK_PYTHON": sys.executable, "RAY_TMPDIR": "/tmp"}
            run = subprocess.run(
                [sys.executable, *map(str, arguments)], capture_output=True, text=True, cwd=folder, env=env
            )
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def example(self, name, *words):
        out = self.run_python(ROOT / "examples" / name)
        for word in words:
            self.assertIn(word, out)

    def test_the_lines_of_the_readme(self):
        for page in ["README.md", "docs/python.md"]:
            code = re.search(r"```python\n(import dechaff\n.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)[1]
            out = self.run_python("-c", code)
            self.assertIn("The council voted", out)
            self.assertIn("['content', 'content', 'subscribe_prompt', 'pricing_tier']", out)

    def test_detector(self):
        self.example("python_detector.py", "sample-001: metered", "subscribe_prompt", "sample-012: open")

    def test_datatrove(self):
        self.example("datatrove_pipeline.py", "holds the cleaned records")

    def test_ray(self):
        self.example("ray_dataset.py", "records")

    @unittest.skipUnless(shutil.which("java"), "no Java on this machine")
    def test_spark(self):
        self.example("spark_job.py", "records")

    def test_polars(self):
        self.example("polars_frame.py", "metered", "subscribe_prompt")

    def test_duckdb(self):
        self.example("duckdb_query.py", "metered", "subscribe_prompt")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
