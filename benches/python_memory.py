"""Whether Python's memory grows from run to run: a million short texts, ten rounds.

python benches/python_memory.py
"""

import gc
from pathlib import Path

import dechaff
import pyarrow as pa

TEXTS = 1_000_000
ROUNDS = 10


def resident():
    """Megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main():
    texts = [f"The ferry was late again, said passenger {n}.\nSubscribe now" for n in range(TEXTS)]
    table, detector = pa.table({"text": texts}), dechaff.Detector()

    def batch():
        for start in range(0, TEXTS, 10_000):
            detector.detect_batch(texts[start : start + 10_000])

    calls = {
        "detect_batch, 10,000 at a time": batch,
        "detect_batch, all at once": lambda: detector.detect_batch(texts),
        "filter_table": lambda: detector.filter_table(table, text="text"),
    }
    for name, call in calls.items():
        sizes = []
        for _ in range(ROUNDS):
            call()
            gc.collect()
            sizes.append(round(resident()))
        print(f"{name}: {sizes} MB after each round", flush=True)


if __name__ == "__main__":
    main()
