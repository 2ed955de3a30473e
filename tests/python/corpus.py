"""5,000 records with 1 % broken ones, and what the command line makes of them."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
DECHAFF = Path(os.environ.get("DECHAFF", ROOT / "target/debug/dechaff")).resolve()
RECORDS = 5_000
PAGES = 400


@dataclass
class Expected:
    """What the command line found in one record."""

    content: str
    access: str
    blocks: list


def records(text):
    """The records of JSON Lines; Python's ``splitlines`` knows more ends of a line than JSON does."""
    return (json.loads(line) for line in text.split("\n") if line)


def documents(name):
    return list(records((ROOT / "datasets" / name).read_text("utf-8")))


def texts(count=RECORDS):
    """Texts in 34 languages, each of them once or more with a last line of its own; every hundredth is missing."""
    sources = ["\n".join(block["text"] for block in record["blocks"]) for record in documents("text.jsonl")]
    return [None if n % 100 == 50 else f"{sources[n % len(sources)]}\nNr. {n} 記事" for n in range(count)]


def pages(count=PAGES):
    """HTML pages, the same way."""
    sources = [record["html"] for record in documents("html.jsonl")]
    return [None if n % 100 == 50 else f"{sources[n % len(sources)]}<p>Nr. {n}" for n in range(count)]


def table(column, cells):
    return pa.table({"id": [f"r{n}" for n in range(len(cells))], column: pa.array(cells, pa.string())})


def write(folder, column, cells, files=4):
    """The records as Parquet and as JSON Lines, in so many files. A broken line is cut off or has no text."""
    whole, size = table(column, cells), -(-len(cells) // files)
    for number in range(files):
        part = whole.slice(number * size, size)
        pq.write_table(part, folder / f"part-{number}.parquet", row_group_size=256)
        lines = [json.dumps(row, ensure_ascii=False) for row in part.to_pylist()]
        broken = [row[column] is None and n % 200 == 150 for n, row in enumerate(part.to_pylist())]
        lines = [line[:-9] if cut else line for line, cut in zip(lines, broken)]
        (folder / f"part-{number}.jsonl").write_text("".join(line + "\n" for line in lines), "utf-8")
    return whole


def run(*arguments):
    done = subprocess.run([DECHAFF, *map(str, arguments), "--quiet"], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1, f"broken records make the exit code 1, not {done.returncode}: {done.stderr}"
    return {record["id"]: record for record in records(done.stdout)}


def cleaned(folder, *options):
    """Id to kept text, by ``dechaff filter``."""
    return {id: record["text"] for id, record in run("filter", *sorted(folder.glob("*.parquet")), *options).items()}


def expected(folder):
    """Id to what the command line found; broken records have none."""
    contents = cleaned(folder)
    found = run("annotate", *sorted(folder.glob("*.parquet")), "--offsets", "chars", "--no-text")
    return {id: Expected(contents[id], record["access"], record["blocks"]) for id, record in found.items()}


def check(case, rows, wanted, records):
    """Rows of results are those of the command line, record for record; a broken one has its reason and nothing else."""
    rows = list(rows)
    case.assertEqual(sorted(row["id"] for row in rows), sorted(f"r{n}" for n in range(records)))
    case.assertEqual(len(wanted), records - records // 100)
    for row in rows:
        one = wanted.get(row["id"])
        if one is None:
            case.assertEqual(row["reason"], "the cell is null")
            case.assertEqual([row["content"], row["access"], row["access_probability"], row["blocks"]], [None] * 4)
            continue
        case.assertIsNone(row["reason"])
        case.assertEqual((row["content"], row["access"]), (one.content, one.access))
        blocks = [{**block, "probability": round(float(block["probability"]), 4)} for block in row["blocks"]]
        case.assertEqual(blocks, one.blocks)
