"""The package itself: detectors, tables, threads, and everything that can be wrong with an input.

    python tests/python/test_core.py

in an environment with the wheel and the packages of requirements.txt beside this file.
"""

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dechaff
import duckdb
import polars as pl
import pyarrow as pa

import corpus

TEXT = (
    "Fährlinie öffnet wieder 👩‍🚀\n"
    "The council voted on Tuesday to reopen the old ferry line, which had been closed since a storm in March.\n"
    "渡し舟は春から毎日運航される予定だと、町の担当者は話している。\n"
    "Subscribe now\n$4.99 per month, cancel anytime"
)
PAGE = "<title>渡し舟</title><nav><a href=/>Home</a></nav><p>" + TEXT.replace("\n", "</p><p>")


class Detecting(unittest.TestCase):
    def setUp(self):
        self.detector = dechaff.Detector()

    def test_offsets_are_python_indices_of_the_text(self):
        found = self.detector.detect_text(TEXT)
        self.assertEqual([TEXT[block.start : block.end] for block in found.blocks], TEXT.split("\n"))
        self.assertEqual([block.text for block in found.blocks], TEXT.split("\n"))

    def test_a_detection_tells_content_chaff_and_access(self):
        found = self.detector.detect_text(TEXT)
        self.assertIn("The council voted", found.content)
        self.assertNotIn("Subscribe", found.content)
        self.assertIn("Subscribe now\n$4.99", found.text_of("paywall"))
        self.assertEqual(found.text_of(*dechaff.LABELS), TEXT)
        self.assertIn(found.access, ["open", "metered", "gated"])
        for block, row in zip(found.blocks, found.probabilities, strict=True):
            self.assertEqual(len(row), len(dechaff.LABELS))
            self.assertAlmostEqual(sum(row), 1, places=3)
            self.assertIn(block.label, dechaff.LABELS)

    def test_a_dictionary_holds_the_same_and_nothing_but_plain_values(self):
        found = self.detector.detect_text(TEXT)
        plain = found.to_dict()
        self.assertEqual(plain["content"], found.content)
        self.assertEqual([entry["label"] for entry in plain["blocks"]], [block.label for block in found.blocks])
        self.assertEqual(json.loads(json.dumps(plain)), plain)

    def test_bytes_are_decoded_as_browsers_do(self):
        self.assertEqual(self.detector.detect_html(PAGE), self.detector.detect_html(PAGE.encode()))
        latin = "<meta charset=iso-8859-1><p>Die Fähre öffnet wieder, sagte der Sprecher der Gemeinde am Montag."
        self.assertIn("Fähre öffnet", self.detector.detect_html(latin.encode("latin-1")).content)
        self.assertEqual(dechaff.decode(latin.encode("latin-1")), latin)
        self.assertEqual(dechaff.decode("Fähre".encode("utf-16"), "utf-8"), "Fähre")

    def test_offsets_of_a_page_in_bytes_count_the_decoded_page(self):
        page = PAGE.encode("shift_jis", "ignore")
        decoded = dechaff.decode(page, "shift_jis").encode()
        blocks = self.detector.detect_html(decoded).blocks
        text = dechaff.decode(decoded)
        self.assertEqual([text[block.start : block.end] for block in blocks], [block.text for block in blocks])

    def test_a_batch_is_the_documents_one_by_one(self):
        texts = [text or "" for text in corpus.texts(700)]
        one_by_one = [self.detector.detect_text(text) for text in texts]
        for threads in [1, 2, 5]:
            self.assertEqual(dechaff.Detector(threads=threads).detect_batch(iter(texts)), one_by_one)
        pages = [page or "" for page in corpus.pages(30)]
        self.assertEqual(
            self.detector.detect_batch(pages, html=True), [self.detector.detect_html(page) for page in pages]
        )
        self.assertEqual(self.detector.detect_batch([]), [])

    def test_a_model_of_ones_own_and_less_loss(self):
        model = corpus.ROOT / "models/default.dechaff"
        self.assertEqual(dechaff.Detector(model).detect_text(TEXT), self.detector.detect_text(TEXT))
        careful = dechaff.Detector(max_content_loss=0.0001).detect_batch([text or "" for text in corpus.texts(100)])
        usual = self.detector.detect_batch([text or "" for text in corpus.texts(100)])
        self.assertGreater(sum(d.content_words for d in careful), sum(d.content_words for d in usual))

    def test_everything_can_be_pickled(self):
        found = self.detector.detect_text(TEXT)
        self.assertEqual(pickle.loads(pickle.dumps(found)), found)
        self.assertEqual(pickle.loads(pickle.dumps(found.blocks)), found.blocks)
        careful = dechaff.Detector(max_content_loss=0.0001, threads=1)
        self.assertEqual(pickle.loads(pickle.dumps(careful)).detect_text(TEXT), careful.detect_text(TEXT))

    def test_threads_of_python_share_a_detector(self):
        texts = [text or "" for text in corpus.texts(64)]
        with ThreadPoolExecutor(4) as threads:
            self.assertEqual(list(threads.map(self.detector.detect_text, texts)), self.detector.detect_batch(texts))

    def test_other_threads_run_meanwhile(self):
        beats, done = [], threading.Event()

        def beat():
            while not done.is_set():
                beats.append(1)
                done.wait(0.001)

        thread = threading.Thread(target=beat)
        thread.start()
        before = len(beats)
        self.detector.detect_text("\n".join(str(text) for text in corpus.texts(400)))
        during = len(beats) - before
        done.set()
        thread.join()
        self.assertGreater(during, 2)


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.detector = dechaff.Detector()

    def fails(self, kind, words, call):
        with self.assertRaises(kind) as caught:
            call()
        self.assertIn(words, str(caught.exception))

    def test_documents(self):
        self.fails(TypeError, "has to be str or bytes, the document is int", lambda: self.detector.detect_text(7))
        self.fails(TypeError, "documents[2] is NoneType", lambda: self.detector.detect_batch(["a", "b", None]))
        self.fails(TypeError, "one document", lambda: self.detector.detect_batch("a"))
        self.fails(TypeError, "not iterable", lambda: self.detector.detect_batch(7))
        self.fails(ValueError, "surrogates", lambda: self.detector.detect_text("a\ud800"))
        self.fails(ValueError, "documents[1]: ", lambda: self.detector.detect_batch(["a", "a\ud800"]))

    def test_an_iterable_that_fails_fails(self):
        def documents():
            yield "a"
            raise OSError("the disk is gone")

        self.fails(OSError, "the disk is gone", lambda: self.detector.detect_batch(documents()))

    def test_options(self):
        self.fails(ValueError, "cannot read", lambda: dechaff.Detector("nowhere.dechaff"))
        self.fails(ValueError, "this is no dechaff model", lambda: dechaff.Detector(__file__))
        self.fails(ValueError, "a share from 0", lambda: dechaff.Detector(max_content_loss=1.5))
        self.fails(ValueError, "a share from 0", lambda: dechaff.Detector(max_content_loss=float("nan")))
        self.fails(ValueError, "1 or more", lambda: dechaff.Detector(threads=0))
        self.fails(ValueError, "unknown label `prices`", lambda: self.detector.detect_text(TEXT).text_of("prices"))

    def test_columns(self):
        table = pa.table({"id": [1], "text": ["a"], "list": [["a"]]})
        filter_table = dechaff.filter_table
        self.fails(KeyError, "no column `body`; there are: id, text, list", lambda: filter_table(table, text="body"))
        self.fails(TypeError, "column `id` holds Int64", lambda: filter_table(table, html="id"))
        self.fails(TypeError, "column `list` holds List", lambda: filter_table(table, text="list"))
        self.fails(TypeError, "not both", lambda: filter_table(table, text="text", html="text"))
        self.fails(ValueError, "no result `label`", lambda: filter_table(table, output=["label"]))
        self.fails(TypeError, "speak Arrow", lambda: filter_table({"text": ["a"]}))


class Tables(unittest.TestCase):
    def setUp(self):
        self.cells = corpus.texts(600)
        self.results = dechaff.filter_table(corpus.table("text", self.cells))

    def test_a_row_is_what_the_detector_says_of_the_cell(self):
        detector = dechaff.Detector()
        for cell, row in zip(self.cells, self.results.to_pylist(), strict=True):
            if cell is None:
                self.assertEqual(row.pop("reason"), "the cell is null")
                self.assertEqual(set(row.values()), {None})
                continue
            found = detector.detect_text(cell)
            self.assertEqual((row["content"], row["access"]), (found.content, found.access))
            self.assertEqual([block["label"] for block in row["blocks"]], [block.label for block in found.blocks])
            self.assertEqual([cell[block["start"] : block["end"]] for block in row["blocks"]], cell.split("\n"))

    def test_every_type_of_strings_and_bytes(self):
        for kind in [pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]:
            table = pa.table({"text": pa.array(self.cells, kind)})
            self.assertEqual(dechaff.filter_table(table), self.results, kind)

    def test_every_kind_of_table_gives_its_kind(self):
        table = corpus.table("text", self.cells)
        self.assertEqual(dechaff.filter_table(table.combine_chunks().to_batches()[0]).num_rows, 600)
        self.assertIsInstance(dechaff.filter_table(table.to_batches()[0]), pa.RecordBatch)
        frame = dechaff.filter_table(pl.from_arrow(table))
        self.assertIsInstance(frame, pl.DataFrame)
        self.assertEqual(frame.to_dicts(), self.results.to_pylist())
        reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=100))
        self.assertEqual(dechaff.filter_table(reader), self.results)

    def test_a_result_of_duckdb(self):
        texts = corpus.table("text", self.cells)
        with duckdb.connect() as connection:
            connection.register("texts", texts)
            found = dechaff.filter_table(connection.sql("SELECT text FROM texts"))
            self.assertEqual(found.to_pylist(), self.results.to_pylist())
            connection.register("results", found)
            chaff = (
                "SELECT count(*) FROM (SELECT unnest(blocks) AS block FROM results) WHERE block.label = 'pricing_tier'"
            )
            self.assertGreater(connection.sql(chaff).fetchall()[0][0], 100)

    def test_slices_start_where_they_start(self):
        table = corpus.table("text", self.cells)
        self.assertEqual(dechaff.filter_table(table.slice(49, 3)), self.results.slice(49, 3))

    def test_nothing_gives_nothing(self):
        empty = corpus.table("text", self.cells[:0])
        self.assertEqual(dechaff.filter_table(empty), self.results.slice(0, 0))
        batch = dechaff.filter_table(pa.RecordBatch.from_pydict({"text": pa.array([], pa.string())}))
        self.assertEqual((batch.num_rows, batch.schema), (0, self.results.schema))
        self.assertEqual(dechaff.filter_table(pa.table({"text": pa.nulls(2)}))["access"].null_count, 2)

    def test_only_what_is_wanted(self):
        few = dechaff.filter_table(corpus.table("text", self.cells), output=["access", "content"])
        self.assertEqual(few, self.results.select(["access", "content"]))
        self.assertEqual(dechaff.filter_table(corpus.table("text", self.cells), output=[]).num_columns, 0)

    def test_a_string_that_is_not_unicode_is_a_row_with_a_reason(self):
        cells = pa.array([b"good text", b"bad \xff\xfe", b"\xf0\x9f"], pa.binary())
        strings = pa.Array.from_buffers(pa.string(), 3, cells.buffers())
        row = dechaff.filter_table(pa.table({"text": strings})).to_pylist()
        self.assertEqual([one["access"] is None for one in row], [False, True, True])
        self.assertIn("not UTF-8", row[1]["reason"])
        view = pa.table({"text": strings}).cast(pa.schema({"text": pa.string_view()}), safe=False)
        self.assertEqual(dechaff.filter_table(view).to_pylist(), row)

    def test_a_cell_of_100_megabytes_is_labelled_and_a_larger_one_has_a_reason(self):
        line = "The council voted on Tuesday to reopen the old ferry line, closed since a storm. " * 1000
        cells = [((line + "\n") * 1300)[: 100 << 20], "short", "x" * ((100 << 20) + 1)]
        rows = dechaff.filter_table(pa.table({"text": pa.array(cells, pa.large_string())})).to_pylist()
        self.assertGreater(len(rows[0]["blocks"]), 1000)
        self.assertEqual([rows[1]["access"], rows[1]["reason"]], ["open", None])
        self.assertIn("more than 104857600", rows[2]["reason"])

    def test_a_stream_that_fails_fails(self):
        def batches():
            yield pa.RecordBatch.from_pydict({"text": ["a"]})
            raise OSError("the disk is gone")

        reader = pa.RecordBatchReader.from_batches(pa.schema({"text": pa.string()}), batches())
        with self.assertRaisesRegex(ValueError, "the disk is gone"):
            dechaff.filter_table(reader)


def count_blocks(text):
    return len(DETECTOR.detect_batch([text, text])[1].blocks)


DETECTOR = dechaff.Detector(threads=2)


class Processes(unittest.TestCase):
    def python(self, code, **env):
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **env},
        )

    def test_a_forked_child_works_after_its_parent_did(self):
        texts = [text or "" for text in corpus.texts(50)]
        wanted = [len(found.blocks) for found in DETECTOR.detect_batch(texts)]
        for method in ["fork", "spawn"]:
            with multiprocessing.get_context(method).Pool(2) as pool:
                self.assertEqual(pool.map_async(count_blocks, texts).get(timeout=120), wanted)

    def test_a_child_forked_while_its_parent_works(self):
        stop = threading.Event()

        def work():
            while not stop.is_set():
                DETECTOR.detect_batch([text or "" for text in corpus.texts(60)])

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for _ in range(10):
                with multiprocessing.get_context("fork").Pool(1) as pool:
                    self.assertEqual(pool.apply_async(count_blocks, ("a\nb",)).get(timeout=120), 2)
        finally:
            stop.set()
            thread.join()

    def test_results_travel_between_processes(self):
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(DETECTOR.detect_text, [TEXT] * 3).get(timeout=120)
        self.assertEqual(found, [DETECTOR.detect_text(TEXT)] * 3)

    def test_ctrl_c_ends_a_batch_and_the_interpreter_goes_on(self):
        calls = {
            "batch": "detector.detect_batch(endless())",
            "table": "detector.filter_table(large_table())",
        }
        for name, call in calls.items():
            with self.subTest(name):
                run = self.python(f"""
                    import itertools, dechaff, pyarrow as pa
                    detector = dechaff.Detector()
                    text = "The council voted on Tuesday to reopen the ferry.\\n" * 50
                    def endless():
                        print("working", flush=True)
                        return itertools.repeat(text)
                    table = pa.table({{"text": pa.repeat(text, 100_000)}}) if "{name}" == "table" else None
                    def large_table():
                        print("working", flush=True)
                        return table
                    try:
                        {call}
                    except KeyboardInterrupt:
                        print(detector.detect_text(text).access)
                """)
                self.assertEqual(run.stdout.readline(), "working\n")
                run.send_signal(signal.SIGINT)
                out, error = run.communicate(timeout=120)
                self.assertEqual((out, run.returncode), ("open\n", 0), error)

    def test_the_environment_sets_the_threads(self):
        code = """
            import dechaff, threading, os
            dechaff.Detector().detect_batch(["a", "b"])
            names = [open(f"/proc/self/task/{task}/comm").read() for task in os.listdir("/proc/self/task")]
            print(sum(name.startswith("dechaff") for name in names))
        """
        clean = {name: "" for name in ["RAY_JOB_ID"] if name in os.environ}
        for env, pool in [({"DECHAFF_THREADS": "3"}, "3"), ({"DECHAFF_THREADS": "1"}, "0"), ({"RAY_JOB_ID": "1"}, "0")]:
            out, error = self.python(code, **clean, **env).communicate(timeout=120)
            self.assertEqual(out.strip(), pool, error)
        run = self.python(code, DECHAFF_THREADS="many")
        self.assertIn("DECHAFF_THREADS, which is `many`, has to be a number", run.communicate(timeout=120)[1])

    def test_the_detector_needs_no_other_package(self):
        with tempfile.TemporaryDirectory() as folder:
            package = Path(dechaff.__file__).parent
            os.symlink(package, Path(folder) / "dechaff")
            run = subprocess.run(
                [sys.executable, "-S", "-c", "import dechaff; print(dechaff.Detector().detect_text('a').access)"],
                env={"PYTHONPATH": folder},
                capture_output=True,
                text=True,
            )
        self.assertEqual(run.stdout, "open\n", run.stderr)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
