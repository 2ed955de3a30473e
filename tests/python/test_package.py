"""The Python package as its users use it.

    pip install maturin pyarrow polars duckdb
    maturin build --release -o target/wheels && pip install target/wheels/*.whl
    python3 tests/python/test_package.py target/release/dechaff
"""

import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import dechaff
import duckdb
import polars
import pyarrow as pa

DECHAFF = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("target/debug/dechaff").resolve()
ROOT = Path(__file__).resolve().parents[2]
PARAGRAPH = (
    "The council voted on Tuesday to reopen the old ferry line, which had been closed since a storm in March tore the "
    "landing stage from its piles and carried it two miles down the river."
)


def text(n):
    return f"渡し舟 ferry {n}\n{PARAGRAPH} {n}\n{PARAGRAPH}\nSubscribe now\n£4.99 per month, cancel anytime\nLog in"


def in_child(queue):
    queue.put(dechaff.Detector().detect_batch([text(n) for n in range(20)])[3].content)


class Objects(unittest.TestCase):
    def setUp(self):
        self.detector = dechaff.Detector()

    def test_a_text_and_a_page(self):
        detection = self.detector.detect_text(text(1))
        self.assertIn(PARAGRAPH, detection.content)
        self.assertNotIn("£4.99", detection.content)
        self.assertIn(detection.access, ["open", "metered", "gated"])
        for block in detection.blocks:
            self.assertEqual(text(1)[block.start : block.end], block.text)
            self.assertIn(block.label, dechaff.LABELS)
        self.assertEqual(len(detection.probabilities), len(detection.blocks))
        self.assertAlmostEqual(sum(detection.probabilities[0]), 1, places=3)
        self.assertEqual(detection.to_dict()["blocks"][0]["text"], detection.blocks[0].text)
        self.assertIn("blocks are content", repr(detection))
        page = f"<html><body><nav><a href=/>Home</a></nav><p>{PARAGRAPH}</p><p>Größe: {PARAGRAPH}</p></body></html>"
        same = [self.detector.detect_html(page), self.detector.detect_html(page.encode()), self.detector.detect_html(page.encode("utf-16"))]
        self.assertEqual(len({detection.content for detection in same}), 1)

    def test_a_batch_is_its_documents_one_by_one(self):
        texts = [text(n) for n in range(1500)]
        batch = self.detector.detect_batch(texts)
        self.assertEqual([d.content for d in batch], [self.detector.detect_text(t).content for t in texts])
        self.assertEqual(self.detector.detect_batch([]), [])

    def test_what_is_wrong_is_an_exception(self):
        with self.assertRaisesRegex(TypeError, "str or bytes, not int"):
            self.detector.detect_text(5)
        with self.assertRaisesRegex(TypeError, "str or bytes, not NoneType"):
            self.detector.detect_batch(["a", None])
        with self.assertRaisesRegex(ValueError, "nowhere"):
            dechaff.Detector("nowhere.dechaff")
        with self.assertRaisesRegex(ValueError, "no dechaff model"):
            dechaff.Detector(__file__)
        with self.assertRaisesRegex(ValueError, "from 0 to 1"):
            dechaff.Detector(max_content_loss=3)
        with self.assertRaisesRegex(ValueError, "at least 1"):
            dechaff.set_threads(0)
        self.detector.detect_text(b"\xff\xfe\x00broken\xff")

    def test_a_forked_child_works(self):
        self.detector.detect_batch([text(n) for n in range(600)])
        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        child = context.Process(target=in_child, args=(queue,))
        child.start()
        self.assertIn(PARAGRAPH, queue.get(timeout=120))
        child.join()
        self.assertEqual(child.exitcode, 0)

    def test_other_threads_run_meanwhile(self):
        count = 0
        done = threading.Event()

        def work():
            self.detector.detect_batch([text(n) for n in range(3000)])
            done.set()

        thread = threading.Thread(target=work)
        thread.start()
        while not done.is_set():
            count += 1
        thread.join()
        self.assertGreater(count, 1000)

    def test_ctrl_c_interrupts_a_batch(self):
        code = (
            "import dechaff, sys\n"
            "d = dechaff.Detector(); t = ['line of text\\n' * 50] * 200000\n"
            "print('go', flush=True)\n"
            "try:\n    d.detect_batch(t)\nexcept KeyboardInterrupt:\n    print('interrupted'); sys.exit(7)\n"
        )
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "go\n")
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate(timeout=120)
        self.assertEqual((child.returncode, out), (7, "interrupted\n"))


class Tables(unittest.TestCase):
    def setUp(self):
        self.texts = [text(n) for n in range(700)]
        self.expected = [dechaff.Detector().detect_text(t).content for t in self.texts]

    def test_pyarrow_polars_and_duckdb(self):
        batch = pa.record_batch({"text": self.texts, "n": list(range(700))})
        table = pa.concat_tables([pa.table(batch.slice(0, 300)), pa.table(batch.slice(300))])
        frame = polars.DataFrame({"text": self.texts})
        relation = duckdb.sql("select * from table order by n") if hasattr(duckdb, "sql") else table
        for source in [batch, table, frame, relation]:
            result = dechaff.filter_table(source)
            self.assertEqual(result.schema.names, ["content", "access", "access_probability", "blocks", "reason"])
            self.assertEqual(result["content"].to_pylist(), self.expected)
        first = result["blocks"].to_pylist()[0]
        self.assertEqual([self.texts[0][b["start"] : b["end"]] for b in first], self.texts[0].split("\n"))
        self.assertEqual(polars.from_arrow(result)["content"].to_list(), self.expected)

    def test_kinds_of_strings_nulls_and_nothing(self):
        for kind in [pa.string(), pa.large_string(), pa.string_view()]:
            column = pa.array([self.texts[0], None, "", self.texts[1]], kind)
            result = dechaff.filter_table(pa.table({"t": column}), text="t")
            self.assertEqual(result["content"].to_pylist(), [self.expected[0], None, "", self.expected[1]])
            self.assertEqual(result["reason"].to_pylist(), [None, "the cell is null", None, None])
        for kind in [pa.binary(), pa.large_binary(), pa.binary_view()]:
            page = f"<p>{PARAGRAPH}</p>".encode()
            result = dechaff.filter_table(pa.table({"h": pa.array([page, b"\xff\xfe\xfd"], kind)}), html="h")
            self.assertEqual(result["content"].to_pylist()[0], PARAGRAPH)
        empty = dechaff.filter_table(pa.table({"text": pa.array([], pa.string())}))
        self.assertEqual(empty.num_rows, 0)
        self.assertEqual(dechaff.filter_table(pa.table({"text": pa.nulls(2)}))["content"].to_pylist(), [None, None])

    def test_what_is_wrong_is_an_exception(self):
        table = pa.table({"n": [1], "body": ["a"]})
        with self.assertRaisesRegex(KeyError, "no column `text`; there are: n, body"):
            dechaff.filter_table(table)
        with self.assertRaisesRegex(TypeError, "Int64, not of strings"):
            dechaff.filter_table(table, text="n")
        with self.assertRaisesRegex(ValueError, "not both"):
            dechaff.filter_table(table, text="n", html="n")
        with self.assertRaises((TypeError, ValueError)):
            dechaff.filter_table({"text": ["a"]})

    def test_the_command_line_says_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "in.jsonl"
            path.write_text("".join(json.dumps({"text": t}) + "\n" for t in self.texts))
            out = subprocess.run([DECHAFF, "filter", path, "--quiet"], capture_output=True, check=True).stdout
        self.assertEqual([json.loads(line)["text"] for line in out.splitlines()], self.expected)

    def test_memory_stays_from_round_to_round(self):
        detector = dechaff.Detector()
        texts = ["Subscribe now", PARAGRAPH, "Menu"] * 3000
        table = pa.table({"text": texts})
        sizes = []
        for _ in range(10):
            detector.detect_batch(texts)
            detector.filter_table(table)
            with open("/proc/self/statm") as file:
                sizes.append(int(file.read().split()[1]) * resource.getpagesize() / 1e6)
        self.assertLess(sizes[-1] - sizes[4], 30, sizes)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
