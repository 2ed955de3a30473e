"""Whole-process speed on a WARC file, one core: dechaff beside resiliparse.

    pip install resiliparse fastwarc
    python3 benches/warc_speed.py crawl.warc.gz

Each command runs five times, pinned to one core, in turns; medians and their ratio are printed. The resiliparse run
does what its documentation shows: read the WARC, decode, `extract_plain_text(main_content=True)`, write JSON Lines.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 5

RESILIPARSE = """
import json, sys
from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
out = open("/dev/null", "w")
for record in ArchiveIterator(open(sys.argv[1], "rb"), record_types=WarcRecordType.response):
    body = record.reader.read()
    html = bytes_to_str(body, detect_encoding(body))
    text = extract_plain_text(html, main_content=True)
    out.write(json.dumps({"id": record.record_id, "text": text}) + "\\n")
"""


def seconds(command):
    start = time.perf_counter()
    subprocess.run(["taskset", "-c", "0", *command], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(warc):
    commands = {
        "dechaff": ["target/release/dechaff", "filter", warc, "--threads", "1", "--quiet"],
        "resiliparse": [sys.executable, "-c", RESILIPARSE, warc],
    }
    times = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        print(f"{name:<12} {median:8.2f} s  (all: {', '.join(f'{value:.2f}' for value in times[name])})")
    print(f"dechaff is {medians['resiliparse'] / medians['dechaff']:.2f} times as fast as resiliparse")


if __name__ == "__main__":
    main(sys.argv[1])
