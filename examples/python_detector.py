"""The detector by itself: what is in a text, and what is left of it.

python examples/python_detector.py
"""

import json
from pathlib import Path

import dechaff

SAMPLE = Path(__file__).resolve().parents[1] / "datasets/sample.jsonl"


def main():
    detector = dechaff.Detector()
    with open(SAMPLE, encoding="utf-8", newline="\n") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        if "html" in record:
            found = detector.detect_html(record["html"])
        else:
            found = detector.detect_text(record["text"])
        chaff = [block for block in found.blocks if block.label != "content"]
        print(f"{record['id']}: {found.access} {found.access_probability:.2f}, {found.content_words} words of content")
        for block in chaff[:3]:
            print(f"    {block.label:<16} {block.probability:.2f} {block.text[:60]}")


if __name__ == "__main__":
    main()
