"""Real clients read what dechaff writes, and write what it reads.

    python3 tests/clients/test_clients.py target/debug/dechaff

needs the packages of requirements.txt beside this file.
"""

import gzip
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

import duckdb
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

DECHAFF = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("target/debug/dechaff").resolve()
PARAGRAPH = (
    "The council voted on Tuesday to reopen the old ferry line, which had been closed since a storm in March tore the "
    "landing stage from its piles and carried it two miles down the river."
)
CHAFF = "Subscribe now\n£4.99 per month, cancel anytime\nAlready a subscriber? Log in"


def text(n):
    return f"Fährlinie öffnet wieder 渡し舟 {n}\n{PARAGRAPH} {n}\n{PARAGRAPH}\n{PARAGRAPH}\n{CHAFF}"


def page(n):
    paragraphs = "".join(f"<p>{PARAGRAPH} {n}.{k}</p>" for k in range(4))
    return f"<title>Ferry {n}</title><nav><a href=/>Home</a></nav><main>{paragraphs}</main><p>Subscribe now</p>"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def dechaff(self, *arguments, code=0, env=None):
        run = subprocess.run(
            [DECHAFF, *map(str, arguments)], cwd=self.path, capture_output=True, env={**os.environ, **(env or {})}
        )
        self.assertEqual(run.returncode, code, run.stderr.decode())
        return run.stdout.decode()


class Parquet(Case):
    def write(self, name, rows=3000, **options):
        table = pa.table(
            {
                "id": pa.array(range(rows), pa.int64()),
                "meta": pa.array([{"tags": ["a", str(n)], "score": n / 7} for n in range(rows)]),
                "text": pa.array([text(n) for n in range(rows)], pa.large_string()),
                "when": pa.array([n * 1000 for n in range(rows)], pa.timestamp("ms", tz="UTC")),
                "kind": pa.array(["news" if n % 2 else "blog" for n in range(rows)]).dictionary_encode(),
            }
        )
        (self.path / name).parent.mkdir(exist_ok=True)
        pq.write_table(table, self.path / name, row_group_size=700, **options)
        return table

    def test_every_other_column_comes_back_as_it_was(self):
        before = self.write("in.parquet")
        self.dechaff("filter", "in.parquet", "-o", "out.parquet", "--quiet")
        after = pq.read_table(self.path / "out.parquet")
        for name in ["id", "meta", "when", "kind"]:
            self.assertEqual(after.schema.field(name).type, before.schema.field(name).type)
            self.assertEqual(after[name].to_pylist(), before[name].to_pylist())
        self.assertEqual(after.schema.field("text").type, pa.large_string())
        kept = after["text"].to_pylist()
        self.assertTrue(all(PARAGRAPH in line and "£4.99" not in line for line in kept))
        self.assertEqual(set(after["dechaff_access"].to_pylist()) - {"open", "metered", "gated"}, set())
        frame = pandas.read_parquet(self.path / "out.parquet")
        self.assertEqual(len(frame), 3000)
        query = f"select count(*), min(id), max(id), sum(dechaff_access_probability) > 0 from '{self.path}/out.parquet'"
        self.assertEqual(duckdb.execute(query).fetchall()[0], (3000, 0, 2999, True))

    def test_annotations_are_a_list_of_structs(self):
        self.write("in.parquet", 50)
        self.dechaff("annotate", "in.parquet", "-o", "out.parquet", "--offsets", "chars", "--quiet")
        rows = pq.read_table(self.path / "out.parquet").to_pylist()
        for n, row in enumerate(rows):
            lines = [row["text"][block["start"] : block["end"]] for block in row["dechaff_blocks"]]
            self.assertEqual(lines, text(n).split("\n"))
        count = f"select count(*) from (select unnest(dechaff_blocks) as b from '{self.path}/out.parquet')"
        self.assertEqual(duckdb.execute(count).fetchall()[0][0], 50 * 7)

    def test_pandas_frames_and_binary_html(self):
        frame = pandas.DataFrame({"url": [f"http://a.example/{n}" for n in range(20)], "html": [page(n).encode("utf-8") for n in range(20)]})
        frame.to_parquet(self.path / "pages.parquet")
        self.dechaff("filter", "pages.parquet", "-o", "out.parquet", "--quiet")
        after = pandas.read_parquet(self.path / "out.parquet")
        self.assertEqual(list(after.columns[:2]), ["url", "text"])
        self.assertTrue(after.text.str.contains(" 7.3").iloc[7])
        lines = self.dechaff("filter", "pages.parquet", "--quiet").splitlines()
        self.assertEqual([json.loads(line)["text"] for line in lines], list(after.text))

    def test_duckdb_reads_a_folder_of_shards(self):
        for part in range(3):
            self.write(f"in/part-{part}.parquet", 400)
        self.dechaff("filter", "in", "-o", "out/", "--output-format", "parquet", "--shard-size", "20kB", "--quiet")
        self.assertGreater(len(list((self.path / "out").glob("part-0-*.parquet"))), 2)
        query = f"select count(*), count(distinct id) from '{self.path}/out/*.parquet'"
        count = duckdb.execute(query).fetchall()[0]
        self.assertEqual(count, (1200, 400))

    def test_a_damaged_row_group_costs_its_own_rows(self):
        self.write("in.parquet", 2800, compression="zstd")
        metadata = pq.read_metadata(self.path / "in.parquet")
        column = metadata.row_group(1).column(4)
        bytes_ = bytearray((self.path / "in.parquet").read_bytes())
        for at in range(column.data_page_offset + 40, column.data_page_offset + 400):
            bytes_[at] ^= 0xFF
        (self.path / "bad.parquet").write_bytes(bytes_)
        self.dechaff("filter", "bad.parquet", "-o", "out.parquet", "--quiet", code=1)
        written = pq.read_table(self.path / "out.parquet")["id"].to_pylist()
        rejects = [json.loads(line) for line in (self.path / "out.rejects.jsonl").read_text().splitlines()]
        self.assertEqual(len(written) + len(rejects), 2800)
        self.assertTrue(set(range(700)) | set(range(1400, 2800)) <= set(written))
        self.assertIn("row group 1 cannot be read further", rejects[0]["reason"])


class Warc(Case):
    def write(self, name, n=30):
        with open(self.path / name, "wb") as file:
            writer = WARCWriter(file, gzip=name.endswith(".gz"))
            for k in range(n):
                body = page(k).encode()
                headers = [("Content-Type", "text/html; charset=utf-8")]
                if k % 3 == 1:
                    body, headers = gzip.compress(body), headers + [("Content-Encoding", "gzip")]
                if k % 3 == 2:
                    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
                    headers = headers + [("Transfer-Encoding", "chunked")]
                http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
                writer.write_record(
                    writer.create_warc_record(f"http://a.example/{k}", "response", payload=io.BytesIO(body), http_headers=http)
                )

    def test_wet_files_are_read_by_fastwarc_and_warcio(self):
        for name in ["in.warc", "in.warc.gz"]:
            self.write(name)
            for out in ["out.warc.wet", "out.warc.wet.gz"]:
                self.dechaff("filter", name, "-o", out, "--overwrite", "--quiet")
                with open(self.path / out, "rb") as file:
                    records = list(ArchiveIterator(file, record_types=WarcRecordType.conversion, parse_http=False))
                    self.assertEqual(len(records), 30)
                with open(self.path / out, "rb") as file:
                    texts = {}
                    for record in WarcioIterator(file):
                        self.assertEqual(record.rec_type, "conversion")
                        texts[record.rec_headers["WARC-Target-URI"]] = record.content_stream().read().decode()
                for k in range(30):
                    self.assertIn(f"{PARAGRAPH} {k}.3", texts[f"http://a.example/{k}"])
                    self.assertNotIn("Subscribe", texts[f"http://a.example/{k}"])
                # What was written can be read again.
                self.assertEqual(len(self.dechaff("filter", out, "--quiet").splitlines()), 30)


class Dolma(Case):
    def test_attribute_rows_stand_beside_the_documents(self):
        documents = self.path / "documents"
        documents.mkdir()
        with gzip.open(documents / "part.json.gz", "wt") as file:
            for n in range(200):
                file.write("{broken\n" if n == 77 else json.dumps({"id": str(n), "text": text(n), "source": "x"}) + "\n")
        self.dechaff("annotate", "documents", "-o", "attributes/", "--attributes", "--quiet", code=1)
        with gzip.open(self.path / "attributes/part.json.gz", "rt") as file:
            rows = [json.loads(line) for line in file]
        self.assertEqual(len(rows), 200)
        self.assertEqual(rows[77]["attributes"], {})
        for n, row in enumerate(rows):
            if n == 77:
                continue
            self.assertEqual(row["id"], str(n))
            spans = [span for spans in row["attributes"].values() for span in spans]
            found = sorted(text(n)[start:end] for start, end, _ in spans)
            self.assertEqual(found, sorted(text(n).split("\n")))
            self.assertTrue(all(name.startswith("dechaff__") for name in row["attributes"]))
            self.assertIn("dechaff__pricing_tier", row["attributes"])


class ObjectStore(Case):
    @classmethod
    def setUpClass(cls):
        cls.port = 5000 + os.getpid() % 20000
        cls.server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(cls.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        cls.endpoint = f"http://127.0.0.1:{cls.port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(cls.endpoint, timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline or cls.server.poll() is not None:
                    raise
        cls.env = {
            "AWS_ENDPOINT": cls.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }
        import boto3

        cls.s3 = boto3.client(
            "s3", endpoint_url=cls.endpoint, aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )
        cls.s3.create_bucket(Bucket="crawl")

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()

    def put(self, key, body):
        self.s3.put_object(Bucket="crawl", Key=key, Body=body)

    def test_objects_prefixes_and_patterns_are_read(self):
        lines = "".join(json.dumps({"id": n, "text": text(n)}) + "\n" for n in range(3000))
        self.put("a/part-0.jsonl.gz", gzip.compress(lines.encode()))
        self.put("a/b/part-1.jsonl", lines.encode() * 8)
        pq.write_table(pa.table({"id": list(range(500)), "text": [text(n) for n in range(500)]}), self.path / "x.parquet")
        self.put("a/part-2.parquet", (self.path / "x.parquet").read_bytes())
        one = self.dechaff("filter", "s3://crawl/a/part-0.jsonl.gz", "--quiet", env=self.env)
        (self.path / "part-0.jsonl").write_text(lines)
        self.assertEqual(one, self.dechaff("filter", "part-0.jsonl", "--quiet"))
        pattern = self.dechaff("filter", "s3://crawl/a/*.parquet", "--quiet", env=self.env)
        self.assertEqual(len(pattern.splitlines()), 500)
        self.dechaff("filter", "s3://crawl/a/", "-o", "out/", "--compression", "none", env=self.env)
        found = {str(path.relative_to(self.path / "out")): len(path.read_bytes().splitlines()) for path in (self.path / "out").rglob("part*.jsonl")}
        self.assertEqual(found, {"part-0.jsonl": 3000, "b/part-1.jsonl": 24000, "part-2.jsonl": 500})
        # What is done stays done, and an object of another version is done again.
        self.put("a/part-0.jsonl.gz", gzip.compress(lines[: lines.index("\n") + 1].encode()))
        self.dechaff("filter", "s3://crawl/a/", "-o", "out/", "--compression", "none", env=self.env)
        manifest = [json.loads(line) for line in (self.path / "out/_dechaff/manifest.jsonl").read_text().splitlines()]
        units = [line["unit"] for line in manifest if "unit" in line]
        self.assertEqual(units.count("part-0"), 2)
        self.assertEqual(units.count("b/part-1"), 1)

    def test_what_is_not_there_is_named(self):
        run = subprocess.run(
            [DECHAFF, "filter", "s3://crawl/nothing.jsonl"], capture_output=True, env={**os.environ, **self.env}
        )
        self.assertEqual(run.returncode, 2)
        self.assertIn("s3://crawl/nothing.jsonl: cannot open", run.stderr.decode())


if __name__ == "__main__":
    unittest.main(warnings="ignore")
