"""Draws speed against accuracy as an SVG for the README.

    python3 benches/peers.py wcxb_dev.jsonl --train "..." --json target/peers.json
    python3 benches/speed.py wcxb_dev.jsonl --json target/speed.json
    python3 benches/plots/speed_accuracy.py target/peers.json target/speed.json benches/plots/speed_accuracy.svg

Accuracy is the word F1 of the first corpus of `peers.json`; speed is that of `speed.json` where an extractor is in it, else
that of `peers.json`. Both axes are labelled and the figures stand in the picture's description too.
"""

import json
import math
import pathlib
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 50, 60
INK, GRID, OWN, PEER = "#24292f", "#d0d7de", "#0b6e4f", "#57606a"


def points(peers, speed):
    corpus, rows = next(iter(peers.items()))
    found = []
    for name, row in rows.items():
        measured = speed.get("dechaff, WARC" if name == "dechaff" else name, {}).get("mb_per_s") or row["mb_per_s"]
        if measured and "all" in row["scores"]:
            found.append((name, measured, row["scores"]["all"]))
    return corpus, sorted(found, key=lambda point: -point[2])


def draw(corpus, found):
    low, high = math.floor(min(f1 for *_, f1 in found) * 20) / 20, math.ceil(max(f1 for *_, f1 in found) * 20) / 20
    last = max(3, math.ceil(math.log10(max(speed for _, speed, _ in found))))
    x = lambda speed: LEFT + (WIDTH - LEFT - RIGHT) * math.log10(max(speed, 1)) / last
    y = lambda f1: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (f1 - low) / (high - low)
    listing = "; ".join(f"{name}: F1 {f1:.3f} at {speed:.0f} MB/s" for name, speed, f1 in found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d" '
        'font-family="system-ui, sans-serif" font-size="13">',
        f'<title id="t">Speed and accuracy of extractors on {escape(corpus)}</title>',
        f'<desc id="d">{escape(listing)}</desc>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="16" font-weight="600" fill="{INK}">Word F1 on {escape(corpus)} against speed, one core</text>',
    ]
    for power in range(last + 1):
        at = x(10**power)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{GRID}"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="{INK}">{10**power}</text>')
    for step in range(round((high - low) * 20) + 1):
        f1 = low + step / 20
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(f1):.1f}" y2="{y(f1):.1f}" stroke="{GRID}"/>')
        parts.append(f'<text x="{LEFT - 10}" y="{y(f1) + 4:.1f}" text-anchor="end" fill="{INK}">{f1:.2f}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle" fill="{INK}">MB of HTML a second (logarithmic)</text>')
    below = 0.0  # Labels come from the top; one that would cover the last moves down.
    for name, speed, f1 in found:
        own = name == "dechaff"
        below = max(y(f1) + 4, below + 16)
        right = x(speed) > WIDTH * 0.75
        label = f'{name}: {f1:.3f}, {speed:.0f} MB/s'
        shape = (
            f'<path d="M{x(speed):.1f} {y(f1) - 9:.1f}l8 9l-8 9l-8 -9z" fill="{OWN}"/>'
            if own
            else f'<circle cx="{x(speed):.1f}" cy="{y(f1):.1f}" r="5" fill="{PEER}"/>'
        )
        side = f'x="{x(speed) - 13:.1f}" text-anchor="end"' if right else f'x="{x(speed) + 11:.1f}"'
        weight = ' font-weight="600"' if own else ""
        parts.append(f'{shape}<text {side} y="{below:.1f}" fill="{OWN if own else INK}"{weight}>{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main(peers, speed, out):
    read = lambda path: json.loads(pathlib.Path(path).read_text())
    pathlib.Path(out).write_text(draw(*points(read(peers), read(speed))))


if __name__ == "__main__":
    main(*sys.argv[1:])
