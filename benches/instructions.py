"""Instructions that dechaff executes for each byte of the repository's own pages: the same on a busy machine.

    cargo build --release
    python3 benches/instructions.py [records.jsonl]

Needs valgrind. The instructions of a run over an empty input (start, model) are taken off.
"""

import pathlib
import re
import subprocess
import sys
import tempfile


def instructions(path):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
               "target/release/dechaff", "annotate", "--no-text", "--quiet", "--threads", "1", path]
    run = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def main(path="datasets/html.jsonl"):
    with tempfile.TemporaryDirectory() as folder:
        empty = pathlib.Path(folder) / "empty.jsonl"
        empty.write_text("")
        start = instructions(str(empty))
    size = pathlib.Path(path).stat().st_size
    count = instructions(path) - start
    print(f"start {start / 1e6:.0f} million, {path} {count / 1e6:.0f} million: {count / size:.0f} a byte of {size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
