"""Accuracy and time of other extractors and of dechaff on labelled pages: one table for the README.

    pip install trafilatura resiliparse jusText readability-lxml boilerpy3
    python3 benches/peers.py --train "datasets/text.jsonl datasets/html.jsonl ..." wcxb_dev.jsonl fundus.jsonl ...

Pages are JSON Lines with `html` and either `main_content` (word F1, macro over pages) or `must_contain` and
`must_not_contain` (F1 over segments). dechaff is scored in five-fold cross-validation by host with the files of `--train`
beside the pages (`dechaff evaluate --folds 5`), so that no page is judged by a model that saw its site; the others are run
as they are. Extractors that are not installed are left out and named. Times are of one process on one core, reading aside.
"""

import argparse
import collections
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
WORD = re.compile(r"\w+")


def trafilatura():
    from trafilatura import extract

    return lambda page: extract(page["html"]) or ""


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text

    return lambda page: extract_plain_text(page["html"], main_content=True)


def justext():
    import justext

    # Which stop list is part of jusText's question; the page's language is not always known, so it gets English.
    stop_words = justext.get_stoplist("English")

    def run(page):
        paragraphs = justext.justext(page["html"].encode(), stop_words)
        return "\n".join(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate)

    return run


def readability():
    import lxml.html
    from readability import Document

    return lambda page: lxml.html.fromstring(Document(page["html"]).summary()).text_content()


def boilerpy3():
    from boilerpy3 import extractors

    extractor = extractors.ArticleExtractor(raise_on_failure=False)
    return lambda page: extractor.get_content(page["html"])


PYTHON = {
    "trafilatura": trafilatura,
    "resiliparse": resiliparse,
    "jusText": justext,
    "readability-lxml": readability,
    "boilerpy3": boilerpy3,
}
RUST = ["dom_smoothie", "rs-trafilatura"]


def words(text):
    return collections.Counter(WORD.findall(text.lower()))


def word_f1(text, truth):
    kept, wanted = words(text), words(truth)
    if not kept and not wanted:
        return 1.0
    hits = (kept & wanted).total()
    return 2 * hits / (kept.total() + wanted.total())


def segment_f1(texts, pages):
    hits = wrong = missed = 0
    for text, page in zip(texts, pages):
        found = [segment in text for segment in page["must_contain"] or []]
        hits += sum(found)
        missed += len(found) - sum(found)
        wrong += sum(segment in text for segment in page["must_not_contain"] or [])
    return 2 * hits / max(2 * hits + wrong + missed, 1)


def score(texts, pages):
    """Word F1 where the content is known, by page type too; otherwise segment F1."""
    scored = [(page.get("page_type") or "all", word_f1(text, page["main_content"]))
              for text, page in zip(texts, pages) if page.get("main_content") is not None]
    if not scored:
        return {"segments": segment_f1(texts, pages)}
    groups = collections.defaultdict(list)
    for kind, f1 in scored:
        groups["all"].append(f1)
        if kind != "all":
            groups[kind].append(f1)
    return {name: sum(values) / len(values) for name, values in groups.items()}


def run_python(make, pages):
    extract = make()
    texts, start = [], time.perf_counter()
    for page in pages:
        try:
            texts.append(extract(page))
        except Exception:  # A page that breaks an extractor counts as one that it finds nothing on.
            texts.append("")
    return texts, time.perf_counter() - start


def run_rust(name, path):
    target = HERE.parent / "target/peers"
    build = ["cargo", "build", "--release", "--quiet", "--target-dir", str(target.resolve())]
    subprocess.run(build, cwd=HERE / "peers", check=True)
    start = time.perf_counter()
    with open(path) as pages:
        out = subprocess.run([target / "release/peers", name], stdin=pages, capture_output=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines()], time.perf_counter() - start


def run_dechaff(paths, training):
    command = ["target/release/dechaff", "evaluate", *paths, *training, "--folds", "5", "--json"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    scores = {}
    for corpus in report["corpora"]:
        if corpus["mode"] == "html" and corpus.get("words"):
            by_type = {name: row["f1"] for name, row in corpus.get("by_page_type", {}).items()}
            scores[corpus["corpus"]] = {"all": corpus["words"]["f1"], **by_type}
        elif corpus["mode"] == "html" and corpus.get("segments"):
            counts = corpus["segments"]
            errors = counts["false_positives"] + counts["false_negatives"]
            hits = 2 * counts["true_positives"]
            scores[corpus["corpus"]] = {"segments": hits / (hits + errors)}
    return scores


def show(corpus, pages, size, rows):
    names = list(dict.fromkeys(name for _, found, _ in rows for name in found))
    print(f"\n{corpus}: {len(pages)} pages, {size:.0f} MB\n")
    print("| extractor | " + " | ".join(names) + " | MB/s |\n| --- |" + " --- |" * (len(names) + 1))
    for extractor, found, seconds in rows:
        figures = " | ".join(f"{found[name]:.3f}" if name in found else "–" for name in names)
        speed = f"{size / seconds:.0f}" if seconds else "see benches/speed.py"
        print(f"| {extractor} | {figures} | {speed} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", help="uncompressed JSON Lines")
    parser.add_argument("--train", default="", help="further files and options for `dechaff evaluate`")
    parser.add_argument("--without-dechaff", action="store_true", help="skip the cross-validation (15 minutes)")
    parser.add_argument("--json", help="writes the figures here, for benches/plots/speed_accuracy.py")
    arguments = parser.parse_args()
    figures = {}
    own = {} if arguments.without_dechaff else run_dechaff(arguments.pages, shlex.split(arguments.train))
    for path in arguments.pages:
        with open(path) as lines:
            pages = [json.loads(line) for line in lines]
        corpus = pages[0].get("source", pathlib.Path(path).stem)
        rows = [("dechaff", own[corpus], None)] if corpus in own else []
        for name, make in PYTHON.items():
            try:
                texts, seconds = run_python(make, pages)
            except ImportError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                continue
            rows.append((name, score(texts, pages), seconds))
        for name in RUST:
            try:
                texts, seconds = run_rust(name, path)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                continue
            rows.append((name, score(texts, pages), seconds))
        size = sum(len(page["html"].encode()) for page in pages) / 1e6
        show(corpus, pages, size, rows)
        figures[corpus] = {
            name: {"scores": scores, "mb_per_s": size / seconds if seconds else None} for name, scores, seconds in rows
        }
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
