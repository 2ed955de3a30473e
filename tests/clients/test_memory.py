"""Hostile and huge records, up to the largest that is read and beyond: labelled or rejected within 300 MB, and the record
behind them is fine.

    python3 tests/clients/test_memory.py target/debug/dechaff
"""

import gzip
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

DECHAFF = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("target/debug/dechaff").resolve()
LIMIT_KB = 300_000_000 // 1024
MIB = 1 << 20
SENTENCE = "The ferry line was closed after a storm in March tore the landing stage from its piles. "
OFFER = "Subscribe now to read on. "


def repeated(piece, size):
    return piece * (size // len(piece))


def peak_of(arguments, folder):
    """The exit code and the peak memory in kB of a run."""
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        os.execv(DECHAFF, [str(DECHAFF), *arguments])
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss


@unittest.skipUnless(sys.platform == "linux", "peak memory is counted in kB on Linux")
class Memory(unittest.TestCase):
    def check(self, record, packed=False, command=("filter",)):
        with tempfile.TemporaryDirectory() as folder:
            lines = json.dumps({"id": 1, **record}) + "\n" + json.dumps({"id": 2, "text": SENTENCE}) + "\n"
            path = Path(folder) / ("in.jsonl.gz" if packed else "in.jsonl")
            path.write_bytes(gzip.compress(lines.encode(), 6) if packed else lines.encode())
            # The parent's memory is not the child's.
            del lines, record
            code, peak = peak_of([*command, path.name, "-o", "out.jsonl", "--threads", "1"], folder)
            written = (Path(folder) / "out.jsonl").read_bytes().count(b"\n")
            rejects = Path(folder) / "out.rejects.jsonl"
            rejected = rejects.read_bytes().count(b"\n") if rejects.exists() else 0
        self.assertEqual(written + rejected, 2)
        self.assertEqual(code, min(rejected, 1))
        self.assertLessEqual(peak, LIMIT_KB)

    def test_eight_megabytes_of_short_lines(self):
        self.check({"text": repeated("x\n", 8 * MIB)})
        self.check({"text": repeated("x\n", 8 * MIB)}, packed=True)

    def test_a_small_file_of_many_cells(self):
        self.check({"html": repeated("<td>x", 8 * MIB)}, packed=True)

    def test_128_mib_of_cells(self):
        self.check({"html": repeated("<td>x", 100_000_000)})
        self.check({"html": repeated("<td>x", 128 * MIB - 100)})

    def test_a_line_of_100_megabytes(self):
        self.check({"text": repeated(SENTENCE, 100_000_000)})
        self.check({"text": repeated(10 * SENTENCE + OFFER, 100_000_000)})

    def test_long_lines(self):
        self.check({"text": repeated(3 * SENTENCE + "\n", 99 * MIB)})
        self.check({"text": repeated(3 * SENTENCE + "\n" + OFFER + "\n", 96 * MIB)}, command=("filter", "--layout", "fold"))
        self.check({"text": repeated(3 * SENTENCE + "\n", 125 * MIB)})

    def test_a_page_of_one_block(self):
        self.check({"html": repeated("a &amp; b ", 100_000_000)})

    def test_a_page_of_prose(self):
        self.check({"html": repeated(f"<p>{40 * SENTENCE}</p>", 100_000_000)})

    def test_open_elements_and_attributes(self):
        self.check({"html": repeated("<b>x", 32 * MIB)})
        self.check({"html": "<p " + repeated("id=a ", 64 * MIB) + ">x"})
        self.check({"html": repeated("<i class='a b c d e f'>", 64 * MIB)})


if __name__ == "__main__":
    unittest.main()
