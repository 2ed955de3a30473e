"""Whole-process speed of dechaff beside resiliparse and trafilatura on the same pages, in turns.

    pip install resiliparse fastwarc trafilatura lxml_html_clean
    cargo build --release
    python3 benches/speed.py wcxb_dev.jsonl --json target/speed.json

The pages (JSON Lines with `html` and, for the texts, `main_content`) are written to a temporary folder as WARC, WARC.gz and
JSON Lines, and their lines as texts. Every command runs five times in turns; medians count. Runs of one thread are pinned to
one core. The peers read the WARC with fastwarc and do what their documentation shows. `--big N` adds a run over N bytes of
the same WARC on two threads, for its peak memory.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

READ = """
import json, sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
out = open("/dev/null", "w")
def pages():
    for record in ArchiveIterator(open(sys.argv[1], "rb"), record_types=WarcRecordType.response):
        body = record.reader.read()
        yield record.record_id, bytes_to_str(body, detect_encoding(body))
"""
RESILIPARSE = READ + """
from resiliparse.extract.html2text import extract_plain_text
for name, html in pages():
    out.write(json.dumps({"id": name, "text": extract_plain_text(html, main_content=True)}) + "\\n")
"""
TRAFILATURA = READ + """
from trafilatura import extract
for name, html in pages():
    out.write(json.dumps({"id": name, "text": extract(html)}) + "\\n")
"""
DECHAFF = "target/release/dechaff"


def warc_record(page):
    html = page["html"].encode("utf-8", "replace")
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {page.get('url') or 'http://example.org/'}\r\n"
        f"WARC-Date: 2026-01-01T00:00:00Z\r\nWARC-Record-ID: <urn:page:{page['id']}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n", len(html)


def annotate(path, threads=1):
    return [DECHAFF, "annotate", "--no-text", "--quiet", "--threads", str(threads), str(path)]


def prepare(folder, source, count):
    """Writes the inputs; returns the paths and the decoded bytes of each."""
    with open(source) as lines:
        pages = [json.loads(line) for line, _ in zip(lines, range(count))]
    paths = {name: folder / name for name in ("pages.warc", "pages.warc.gz", "pages.jsonl", "lines.jsonl", "content.jsonl")}
    sizes = dict.fromkeys(paths, 0)
    with open(paths["pages.warc"], "wb") as plain, open(paths["pages.warc.gz"], "wb") as packed, \
            open(paths["pages.jsonl"], "w") as records, open(paths["content.jsonl"], "w") as content:
        for page in pages:
            record, size = warc_record(page)
            plain.write(record)
            packed.write(gzip.compress(record))
            records.write(json.dumps({"id": page["id"], "html": page["html"]}, ensure_ascii=False) + "\n")
            for name in ("pages.warc", "pages.warc.gz", "pages.jsonl"):
                sizes[name] += size
            text = page.get("main_content") or ""
            content.write(json.dumps({"id": page["id"], "text": text}, ensure_ascii=False) + "\n")
            sizes["content.jsonl"] += len(text.encode())
    annotated = subprocess.run([DECHAFF, "annotate", "--quiet", str(paths["pages.jsonl"])], check=True, capture_output=True)
    with open(paths["lines.jsonl"], "w") as lines:
        for row in map(json.loads, annotated.stdout.splitlines()):
            text = "\n".join(block["text"] for block in row["blocks"])
            lines.write(json.dumps({"id": row["id"], "text": text}, ensure_ascii=False) + "\n")
            sizes["lines.jsonl"] += len(text.encode())
    (folder / "one.jsonl").write_text('{"id": "1", "text": "One line."}\n')
    return paths, sizes


def run(command, pinned=True, stdin=None):
    """Seconds and the peak of resident memory in bytes."""
    command = ["taskset", "-c", "0", *command] if pinned else command
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=stdin)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def measure(cases, rounds):
    runs = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (command, pinned, _) in cases.items():
            runs[name].append(run(command, pinned))
    rows = {}
    for name, (_, _, size) in cases.items():
        seconds = statistics.median(seconds for seconds, _ in runs[name])
        rows[name] = {
            "seconds": seconds,
            "mb_per_s": size / seconds / 1e6,
            "peak_mb": max(peak for _, peak in runs[name]) / 1e6,
        }
        print(f"{name:<28} {seconds:8.3f} s {rows[name]['mb_per_s']:8.1f} MB/s {rows[name]['peak_mb']:8.0f} MB peak", flush=True)
    return rows


def run_big(warc, size):
    reading, writing = os.pipe()
    feeder = os.fork()
    if feeder == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe, open(warc, "rb") as source:
            for _ in range(size // warc.stat().st_size + 1):
                source.seek(0)
                shutil.copyfileobj(source, pipe, 1 << 20)
        os._exit(0)
    os.close(writing)
    seconds, peak = run(annotate("-", 2) + ["--format", "warc"], pinned=False, stdin=reading)
    os.waitpid(feeder, 0)
    print(f"{size / 1e9:.1f} GB on two threads: {seconds:.1f} s, {peak / 1e6:.0f} MB peak")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", help="uncompressed JSON Lines")
    parser.add_argument("--count", type=int, default=300, help="how many of the pages (default: 300)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--big", type=float, help="bytes of one large input, such as 5e9")
    parser.add_argument("--json", help="writes the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what this one had in memory would count as the peak of every command it starts.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            paths, sizes = pool.apply(prepare, (pathlib.Path(folder), arguments.pages, arguments.count))
        case = lambda name, threads=1: (annotate(paths[name], threads), threads == 1, sizes[name])
        cases = {
            "dechaff, WARC": case("pages.warc"),
            "dechaff, WARC.gz": case("pages.warc.gz"),
            "dechaff, JSONL": case("pages.jsonl"),
            "dechaff, WARC, 2 threads": case("pages.warc", 2),
            "dechaff, lines as text": case("lines.jsonl"),
            "dechaff, content as text": case("content.jsonl"),
            "dechaff, one record": (annotate(pathlib.Path(folder) / "one.jsonl"), True, 9),
        }
        if not arguments.without_peers:
            for name, script in (("resiliparse", RESILIPARSE), ("trafilatura", TRAFILATURA)):
                command = [sys.executable, "-c", script, str(paths["pages.warc"])]
                cases[name] = (command, True, sizes["pages.warc"])
        rows = measure(cases, arguments.rounds)
        own = rows["dechaff, WARC"]["seconds"]
        for name in cases.keys() - {"dechaff, WARC", "dechaff, one record"}:
            print(f"{name}: {rows[name]['seconds'] / own:.2f} times the time of dechaff on WARC")
        if arguments.big:
            run_big(paths["pages.warc"], int(arguments.big))
        if arguments.json:
            pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
