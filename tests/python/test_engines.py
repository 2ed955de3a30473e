"""Every engine really runs, and gives what the command line gives, record for record.

    python tests/python/test_engines.py

in an environment with the wheel and the packages of requirements.txt beside this file; Spark needs Java 17 or newer.
`DECHAFF` names the command, target/debug/dechaff otherwise.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import dechaff
import dechaff.polars
import polars as pl
import psutil

import corpus
import duckdb

FOLDER = tempfile.TemporaryDirectory()
TEXTS, PAGES = Path(FOLDER.name) / "texts", Path(FOLDER.name) / "pages"


def setUpModule():
    unittest.addModuleCleanup(FOLDER.cleanup)
    TEXTS.mkdir()
    PAGES.mkdir()
    corpus.write(TEXTS, "text", corpus.texts())
    corpus.write(PAGES, "html", corpus.pages())


class Tables(unittest.TestCase):
    def test_texts(self):
        cells = corpus.texts()
        table = corpus.table("text", cells)
        rows = [{"id": f"r{n}", **row} for n, row in enumerate(dechaff.filter_table(table).to_pylist())]
        corpus.check(self, rows, corpus.expected(TEXTS), corpus.RECORDS)

    def test_pages(self):
        table = corpus.table("html", corpus.pages())
        results = dechaff.filter_table(table, html="html")
        rows = [{"id": f"r{n}", **row} for n, row in enumerate(results.to_pylist())]
        corpus.check(self, rows, corpus.expected(PAGES), corpus.PAGES)


class DuckDB(unittest.TestCase):
    def test_a_result_in_its_order(self):
        records = duckdb.sql(f"SELECT id, text FROM read_parquet('{TEXTS}/*.parquet')")
        results = dechaff.filter_table(records).to_pylist()
        rows = [{"id": id, **row} for (id, _), row in zip(records.fetchall(), results, strict=True)]
        corpus.check(self, rows, corpus.expected(TEXTS), corpus.RECORDS)


class Polars(unittest.TestCase):
    def test_a_frame_a_lazy_one_and_an_expression(self):
        wanted, frame = corpus.expected(TEXTS), pl.read_parquet(TEXTS / "*.parquet")
        cleaned = dechaff.polars.clean(frame)
        corpus.check(self, cleaned.to_dicts(), wanted, corpus.RECORDS)
        lazy = dechaff.polars.clean(pl.scan_parquet(TEXTS / "*.parquet"))
        self.assertTrue(lazy.collect().equals(cleaned))
        self.assertTrue(lazy.collect(engine="streaming").sort("id").equals(cleaned.sort("id")))
        self.assertEqual(dict(lazy.collect_schema()), dict(cleaned.schema))
        found = frame.select("id", dechaff.polars.detect("text").struct.unnest())
        self.assertTrue(found.equals(cleaned.drop("text")))

    def test_pages(self):
        lazy = dechaff.polars.clean(pl.scan_parquet(PAGES / "*.parquet"), html="html", prefix="dechaff_")
        rows = lazy.collect().rename(lambda name: name.removeprefix("dechaff_")).to_dicts()
        corpus.check(self, rows, corpus.expected(PAGES), corpus.PAGES)

    def test_mistakes_are_found_before_anything_runs(self):
        frame = pl.LazyFrame({"text": ["a"], "access": [1]})
        with self.assertRaisesRegex(ValueError, "there is a column `access` already; give prefix="):
            dechaff.polars.clean(frame)
        with self.assertRaisesRegex(KeyError, "no column `body`; there are: text, access"):
            dechaff.polars.clean(frame, text="body", prefix="p_")
        with self.assertRaisesRegex(ValueError, "no result `label`"):
            dechaff.polars.clean(frame, output=["label"])


class Datatrove(unittest.TestCase):
    def setUp(self):
        self.out = tempfile.TemporaryDirectory()
        self.addCleanup(self.out.cleanup)
        self.path = Path(self.out.name)

    def execute(self, source, *steps):
        from datatrove.executor import LocalPipelineExecutor
        from datatrove.pipeline.readers import JsonlReader
        from datatrove.pipeline.writers import JsonlWriter

        key = "html" if source == PAGES else "text"
        reader = JsonlReader(str(source), glob_pattern="*.jsonl", text_key=key)
        writer = JsonlWriter(str(self.path / "out"), compression=None)
        logs = str(self.path / "logs")
        LocalPipelineExecutor([reader, *steps, writer], tasks=4, workers=2, logging_dir=logs).run()
        stats = json.loads((self.path / "logs/stats.json").read_text())
        return self.lines("out"), {step["name"]: step["stats"] for step in stats}

    def lines(self, folder):
        files = sorted((self.path / folder).glob("*.jsonl"))
        return {record["id"]: record for file in files for record in corpus.records(file.read_text("utf-8"))}

    def test_the_filter_keeps_drops_and_cleans_as_the_command_line(self):
        from datatrove.pipeline.writers import JsonlWriter
        from dechaff.datatrove import ChaffFilter

        dropped = JsonlWriter(str(self.path / "dropped"), compression=None)
        step = ChaffFilter(drop_gated=True, min_words=40, exclusion_writer=dropped)
        kept, stats = self.execute(TEXTS, step)
        wanted = corpus.cleaned(TEXTS, "--drop-gated", "--min-words", "40")
        self.assertEqual({id: record["text"] for id, record in kept.items()}, wanted)

        found, stats = corpus.expected(TEXTS), stats["🔻 - FILTER: 🌾 Chaff filter"]
        for id, record in kept.items():
            metadata = record["metadata"]
            self.assertEqual(metadata["dechaff_access"], found[id].access)
            self.assertEqual(metadata["dechaff_labels"], found[id].blocks)
        gated = sum(one.access == "gated" for one in found.values())
        self.assertGreater(gated, 100)
        self.assertEqual(stats["access_gated"], gated)
        self.assertEqual(stats["dropped_gated"], gated)
        self.assertEqual(stats["total"], len(found))
        self.assertEqual(stats["forwarded"], len(kept))
        rest = self.lines("dropped")
        self.assertEqual(len(rest), len(found) - len(kept))
        texts = corpus.texts()
        self.assertEqual({texts[int(id[1:])] == record["text"] for id, record in rest.items()}, {True})

    def test_documents_stay_unless_it_is_asked(self):
        from dechaff.datatrove import ChaffFilter

        kept, stats = self.execute(TEXTS, ChaffFilter())
        self.assertEqual({id: record.get("text", "") for id, record in kept.items()}, corpus.cleaned(TEXTS))
        self.assertIn("gated", {record["metadata"]["dechaff_access"] for record in kept.values()})
        stats = stats["🔻 - FILTER: 🌾 Chaff filter"]
        self.assertEqual((stats["total"], stats["forwarded"]), (len(kept), len(kept)))

    def test_the_extractor_gives_the_content_of_pages(self):
        from dechaff.datatrove import ChaffExtractor

        wanted = corpus.cleaned(PAGES)
        for drop_empty in [False, True]:
            kept, stats = self.execute(PAGES, ChaffExtractor(drop_empty=drop_empty))
            if drop_empty:
                wanted = {id: text for id, text in wanted.items() if text}
            self.assertEqual({id: record["text"] for id, record in kept.items()}, wanted)
            stats = stats["🛢 - EXTRAC: 🌾 Chaff extractor"]
            self.assertEqual((stats["extracted"], stats["forwarded"]), (len(corpus.expected(PAGES)), len(wanted)))
            shutil.rmtree(self.path / "logs")
            shutil.rmtree(self.path / "out")


class Killed:
    """What dies once, in the middle of a run: a file remembers that it did."""

    def __init__(self, marker):
        self.marker = marker

    def die(self, process):
        try:
            os.close(os.open(self.marker, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        psutil.Process(process).send_signal(signal.SIGKILL)
        signal.pause()


class Ray(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import ray

        tests = str(Path(__file__).parent)
        environment = {"env_vars": {"PYTHONPATH": os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])}}
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
        ray.data.DataContext.get_current().enable_progress_bars = False
        cls.addClassCleanup(ray.shutdown)

    def read(self, source):
        import ray

        return ray.data.read_parquet(str(source), file_extensions=["parquet"], override_num_blocks=8)

    def test_two_workers(self):
        import dechaff.ray

        dataset = dechaff.ray.clean(self.read(TEXTS))
        corpus.check(self, dataset.take_all(), corpus.expected(TEXTS), corpus.RECORDS)

    def test_actors(self):
        import dechaff.ray

        dataset = dechaff.ray.clean(self.read(TEXTS), actors=1, batch_size=100)
        corpus.check(self, dataset.take_all(), corpus.expected(TEXTS), corpus.RECORDS)
        with self.assertWarnsRegex(UserWarning, "2 actors of 1 CPU leave none of the cluster's 2"):
            dechaff.ray.clean(self.read(TEXTS), actors=2)

    def test_pages(self):
        import dechaff.ray

        dataset = dechaff.ray.clean(self.read(PAGES), html="html", output=["content", "access"], prefix="x_")
        self.assertEqual(dataset.schema().names, ["id", "html", "x_content", "x_access"])
        wanted = {id: one.content for id, one in corpus.expected(PAGES).items()}
        rows = {row["id"]: row["x_content"] for row in dataset.take_all()}
        self.assertEqual({id: text for id, text in rows.items() if text is not None}, wanted)

    def test_a_killed_actor_changes_nothing(self):
        import dechaff.ray

        marker = Path(tempfile.mkdtemp()) / "killed"
        self.addCleanup(shutil.rmtree, marker.parent)
        usual = dechaff.ray.Cleaner

        class Fragile(usual):
            def __init__(self, task):
                super().__init__(task)
                self.calls = 0

            def __call__(self, batch):
                self.calls += 1
                if self.calls == 5:
                    Killed(marker).die(os.getpid())
                return super().__call__(batch)

        with mock.patch.object(dechaff.ray, "Cleaner", Fragile):
            dataset = dechaff.ray.clean(self.read(TEXTS), actors=2, num_cpus=0.5, batch_size=50)
        corpus.check(self, dataset.take_all(), corpus.expected(TEXTS), corpus.RECORDS)
        self.assertTrue(marker.exists())

    def test_a_worker_has_one_thread(self):
        import ray

        @ray.remote
        def threads():
            import dechaff

            dechaff.Detector().detect_batch(["a", "b"])
            names = [Path(f"/proc/self/task/{task}/comm").read_text() for task in os.listdir("/proc/self/task")]
            return sum(name.startswith("dechaff") for name in names)

        self.assertEqual(ray.get(threads.remote()), 0)


@unittest.skipUnless(shutil.which("java"), "no Java on this machine")
class Spark(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        from pyspark.sql import SparkSession

        os.environ["PYSPARK_PYTHON"] = sys.executable
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("dechaff")
        builder = builder.config("spark.ui.enabled", "false").config("spark.log.level", "OFF")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "100")
        builder = builder.config("spark.sql.files.maxPartitionBytes", "200k")
        cls.spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        cls.addClassCleanup(cls.spark.stop)

    def test_two_executors(self):
        import dechaff.spark

        frame = dechaff.spark.clean(self.spark.read.parquet(str(TEXTS / "*.parquet")))
        rows = [row.asDict(recursive=True) for row in frame.collect()]
        corpus.check(self, rows, corpus.expected(TEXTS), corpus.RECORDS)

    def test_pages(self):
        import dechaff.spark

        frame = self.spark.read.parquet(str(PAGES / "*.parquet"))
        cleaned = dechaff.spark.clean(frame, html="html", output=["content"], prefix="dechaff_")
        self.assertEqual(cleaned.columns, ["id", "html", "dechaff_content"])
        wanted = {id: one.content for id, one in corpus.expected(PAGES).items()}
        rows = {row["id"]: row["dechaff_content"] for row in cleaned.collect()}
        self.assertEqual({id: text for id, text in rows.items() if text is not None}, wanted)
        with self.assertRaisesRegex(KeyError, "no column `text`; there are: id, html"):
            dechaff.spark.clean(frame)

    def test_a_killed_executor_changes_nothing(self):
        import dechaff.spark

        marker = Path(tempfile.mkdtemp()) / "killed"
        self.addCleanup(shutil.rmtree, marker.parent)
        frame = self.spark.read.parquet(str(TEXTS / "*.parquet")).repartition(8)
        killed = Killed(str(marker))

        def fragile(batches):
            for n, batch in enumerate(batches):
                if n == 2:
                    # The worker's parent is a daemon, the daemon's the executor.
                    killed.die(psutil.Process().parent().ppid())
                yield batch

        frame = dechaff.spark.clean(frame.mapInArrow(fragile, frame.schema))
        rows = [row.asDict(recursive=True) for row in frame.collect()]
        corpus.check(self, rows, corpus.expected(TEXTS), corpus.RECORDS)
        self.assertTrue(marker.exists())

    def test_a_worker_has_one_thread(self):
        def threads(batches):
            import dechaff
            import pyarrow

            for _ in batches:
                dechaff.Detector().detect_batch(["a", "b"])
                names = [Path(f"/proc/self/task/{task}/comm").read_text() for task in os.listdir("/proc/self/task")]
                count = sum(name.startswith("dechaff") for name in names)
                yield pyarrow.RecordBatch.from_pydict({"count": pyarrow.array([count], pyarrow.int64())})

        found = self.spark.range(2).mapInArrow(threads, "count bigint").collect()
        self.assertEqual({row["count"] for row in found}, {0})


if __name__ == "__main__":
    unittest.main(warnings="ignore")
