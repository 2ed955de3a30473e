"""The report and the label page in a real browser.

    python3 tests/browser/test_pages.py target/debug/dechaff

needs `selenium` from PyPI, and Chromium with its driver (Debian: chromium, chromium-driver).
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

DECHAFF = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path("target/debug/dechaff").resolve()
ROOT = Path(__file__).resolve().parents[2]
PARAGRAPH = (
    "The council voted on Tuesday to reopen the old ferry line, which had been closed since a storm in March tore the "
    "landing stage from its piles and carried it two miles down the river."
)
RUN = "window.hit=1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</ScRiPt ><script>{RUN}//",
    f'"><img src=x onerror="{RUN}">',
    f"'><img src=x onerror='{RUN}'>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<iframe srcdoc=\"<script>parent.{RUN}</script>\"></iframe>",
    f"<body onload={RUN}>",
    f"javascript:{RUN}",
    f"<a href=\"javascript:{RUN}\" autofocus onfocus={RUN}>x</a>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<object data=\"javascript:{RUN}\">",
    f"<embed src=\"javascript:{RUN}\">",
    f"<meta http-equiv=refresh content=\"0;url=javascript:{RUN}\">",
    f"<link rel=stylesheet href=x onerror={RUN}>",
    f"<style onload={RUN}></style>",
    f"<base href=\"javascript:{RUN}//\">",
    f"<form action=\"javascript:{RUN}\"><button autofocus onfocus={RUN}>x</form>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"--><script>{RUN}</script><!--",
    f"]]><script>{RUN}</script>",
    f"\u2028</script><script>{RUN}</script>\u2029",
    f"\u202e<script>{RUN}</script>\u202c",
    f"${{{RUN}}}{{{{constructor.constructor('{RUN}')()}}}}",
    f"<template><script>{RUN}</script></template><img src onerror={RUN}>",
]


def find_browser():
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@unittest.skipUnless(find_browser(), "no Chromium with its driver is installed: the pages were not tried in a browser")
class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        browser, driver = find_browser()
        options = Options()
        options.binary_location = browser
        for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(options=options, service=Service(driver))
        cls.browser.set_window_size(1280, 900)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)

    def dechaff(self, *arguments):
        subprocess.run([DECHAFF, *map(str, arguments)], cwd=self.path, check=True, capture_output=True)

    def open(self, address):
        self.browser.get_log("browser")
        self.browser.get(address)
        self.wait(lambda browser: browser.find_element(By.TAG_NAME, "body").get_attribute("data-ready"))

    def wait(self, condition):
        return WebDriverWait(self.browser, 20).until(condition)

    def id(self, name):
        return self.browser.find_element(By.ID, name)

    def press(self, *keys):
        for key in keys:
            webdriver.ActionChains(self.browser).send_keys(key).perform()

    def blocks(self):
        return [block for block in self.browser.find_elements(By.CSS_SELECTOR, ".block") if block.is_displayed()]

    def assert_quiet(self):
        entries = [entry for entry in self.browser.get_log("browser") if "favicon" not in entry["message"]]
        self.assertEqual(entries, [])
        self.assertIsNone(self.browser.execute_script("return window.hit === undefined ? null : window.hit"))

    def write_hostile(self):
        with open(self.path / "hostile.jsonl", "w") as file:
            for n, payload in enumerate(PAYLOADS):
                escaped = payload.replace("&", "&amp;").replace("<", "&lt;")
                record = {"id": f"{n} {payload}", "url": f"https://a.example/{payload}"}
                if n % 2:
                    record["html"] = f"<p>{PARAGRAPH}</p><p>{escaped}</p><p>{payload}</p>"
                else:
                    record["text"] = f"{PARAGRAPH}\n{payload}\n{PARAGRAPH} {payload}"
                file.write(json.dumps(record) + "\n")


class Report(Case):
    def report(self, source, *options):
        self.dechaff("report", source, "-o", "report.html", *options)
        self.open(f"file://{self.path}/report.html")

    def test_tabs_labels_search_and_keys_work(self):
        self.report(ROOT / "datasets/sample.jsonl")
        self.assertIn("12", self.id("cards").text)
        self.id("tab-documents").click()
        self.wait(lambda _: self.blocks())
        before = len(self.blocks())
        content = self.browser.find_element(By.CSS_SELECTOR, "#legend [data-label=content]")
        content.click()
        self.assertLess(len(self.blocks()), before)
        self.assertFalse([block for block in self.blocks() if block.get_attribute("data-label") == "content"])
        content.click()
        self.assertEqual(len(self.blocks()), before)
        self.assertRegex(self.blocks()[0].get_attribute("title"), r"^\w+ [01]\.\d\d$")
        verdict = self.id("verdict").text
        self.press("n")
        self.wait(lambda _: self.id("verdict").text != verdict)
        self.press("p")
        self.wait(lambda _: self.id("verdict").text == verdict)
        self.press("j", "j")
        self.assertEqual(self.browser.find_element(By.CSS_SELECTOR, ".block.current").get_attribute("data-at"), "1")
        self.press("k")
        self.assertEqual(self.browser.find_element(By.CSS_SELECTOR, ".block.current").get_attribute("data-at"), "0")
        self.press("/")
        self.press("lapwings")
        self.wait(lambda browser: browser.find_element(By.TAG_NAME, "body").get_attribute("data-found") == "1")
        self.assertIn("lapwings", self.id("kept").text)
        self.assert_quiet()

    def test_hostile_text_stays_text(self):
        self.write_hostile()
        self.report("hostile.jsonl")
        self.id("tab-documents").click()
        for n in range(len(PAYLOADS)):
            self.wait(lambda _, n=n: self.id("verdict").text.split(" ")[2:3] == [str(n)])
            if n % 2 == 0:
                self.assertIn(PAYLOADS[n].strip("\u202c\u2029"), self.browser.find_element(By.ID, "blocks").get_attribute("textContent"))
            self.press("n")
        self.assert_quiet()

    def test_ten_thousand_documents_open_at_once(self):
        with open(self.path / "many.jsonl", "w") as file:
            for n in range(10_000):
                lines = [f"{PARAGRAPH} {n * k}" for k in range(12)] + [f"Subscribe now for {n} more", "Log in", f"Menu {n % 7}"] * 6
                file.write(json.dumps({"id": f"doc-{n}", "url": f"https://site{n % 40}.example/{n}", "text": "\n".join(lines)}) + "\n")
        self.dechaff("report", "many.jsonl", "-o", "report.html", "--documents", "10000")
        self.assertLess((self.path / "report.html").stat().st_size, 50 << 20)
        self.open(f"file://{self.path}/report.html")
        seconds = self.browser.execute_script("return performance.now() / 1000")
        print(f"report of 10,000 documents: {(self.path / 'report.html').stat().st_size / 1e6:.1f} MB, ready within {seconds:.2f} s")
        self.id("tab-documents").click()
        self.wait(lambda _: self.blocks())
        self.assertIn("10000 of 10000", self.id("found").text)
        self.assert_quiet()


class Evaluation(Case):
    def test_two_models_side_by_side(self):
        model = ROOT / "models/default.dechaff"
        self.dechaff("evaluate", ROOT / "datasets/html.jsonl", "--report", "eval.html", "--against", model)
        self.open(f"file://{self.path}/eval.html")
        self.assertGreaterEqual(len(self.browser.find_elements(By.CSS_SELECTOR, "svg title")), 2)
        text = self.browser.find_element(By.TAG_NAME, "main").get_attribute("textContent")
        for part in ["paired bootstrap", "may be chance", "By language", "True label", "Worst pages"]:
            self.assertIn(part, text)
        self.browser.find_element(By.CSS_SELECTOR, "summary").click()
        self.assertTrue(self.blocks())
        self.assert_quiet()


class Label(Case):
    def start(self, *arguments):
        server = subprocess.Popen([DECHAFF, "label", *map(str, arguments)], cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return server, server.stdout.readline().strip()

    def next_document(self, labelled, left):
        """Saves, and waits for the next document if there is one."""
        index = self.browser.find_element(By.TAG_NAME, "body").get_attribute("data-index")
        self.press("n")
        self.wait(lambda _: self.labelled() == labelled)
        if left:
            self.wait(lambda browser: browser.find_element(By.TAG_NAME, "body").get_attribute("data-index") != index)

    def labelled(self):
        return int(self.browser.find_element(By.TAG_NAME, "body").get_attribute("data-labelled"))

    def test_labels_outlive_the_process_and_can_be_trained_from(self):
        server, address = self.start(ROOT / "datasets/sample.jsonl", "-o", "labels.jsonl", "--export-doccano", "doccano.jsonl")
        self.open(address)
        for n in range(3):
            first = self.browser.find_element(By.CSS_SELECTOR, ".block")
            self.press("x")
            self.wait(lambda _: first.get_attribute("data-label") == "other")
            if n == 1:
                self.press("u", "l")
            self.next_document(n + 1, True)
        self.assert_quiet()
        server.send_signal(signal.SIGKILL)
        server.wait()
        records = [json.loads(line) for line in (self.path / "labels.jsonl").read_text().splitlines()]
        self.assertEqual(len(records), 3)
        self.assertEqual(sorted(record["blocks"][0]["label"] for record in records), ["login_prompt", "other", "other"])
        self.assertEqual(len((self.path / "doccano.jsonl").read_text().splitlines()), 3)
        _, address = self.start(ROOT / "datasets/sample.jsonl", "-o", "labels.jsonl")
        self.open(address)
        self.wait(lambda _: self.labelled() == 3)
        subprocess.run(
            [DECHAFF, "train", ROOT / "datasets/html.jsonl", "labels.jsonl", "-o", "mine.dechaff", "--folds", "0", "--trees", "5", "--vocabulary", "500"],
            cwd=self.path, check=True, capture_output=True,
        )
        self.dechaff("filter", ROOT / "datasets/sample.jsonl", "--model", "mine.dechaff", "-o", "out.jsonl")
        _, address = self.start(ROOT / "datasets/sample.jsonl", "-o", "other.jsonl", "--import", "doccano.jsonl")
        self.open(address)
        self.assertEqual(self.labelled(), 0)

    def test_hostile_text_stays_text(self):
        self.write_hostile()
        _, address = self.start("hostile.jsonl", "-o", "labels.jsonl")
        self.open(address)
        for n in range(len(PAYLOADS)):
            self.next_document(n + 1, n + 1 < len(PAYLOADS))
        self.assert_quiet()
        self.assertEqual((self.path / "labels.jsonl").read_text().count("\n"), len(PAYLOADS))

    def test_strangers_are_refused(self):
        _, address = self.start(ROOT / "datasets/sample.jsonl", "-o", "labels.jsonl")
        port, token = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([0-9a-f]{32})/", address).groups()

        def ask(method, path, body=None, **headers):
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
            try:
                connection.request(method, path, body, {"Host": f"127.0.0.1:{port}", **headers})
                response = connection.getresponse()
                response.read()
                return response.status
            except (ConnectionError, BrokenPipeError):
                return "closed"
            finally:
                connection.close()

        self.assertEqual(ask("GET", f"/{token}/documents"), 200)
        self.assertEqual(ask("GET", "/"), 403)
        self.assertEqual(ask("GET", f"/{'0' * 32}/documents"), 403)
        self.assertEqual(ask("GET", f"/{token}/documents", Host="evil.example"), 403)
        self.assertEqual(ask("POST", f"/{token}/save?n=0", "{}", Origin="http://evil.example"), 403)
        for path in ["../../etc/passwd", "..%2f..%2fetc/passwd", "labels.jsonl", "document/../../x"]:
            self.assertEqual(ask("GET", f"/{token}/{path}"), 404)
        self.assertEqual(ask("GET", f"/{token}/document?n=99999999999999999999"), 404)
        self.assertEqual(ask("POST", f"/{token}/save?n=0", "{broken"), 400)
        self.assertEqual(ask("POST", f"/{token}/save?n=0", json.dumps({"access": "open", "labels": []})), 400)
        self.assertIn(ask("POST", f"/{token}/save?n=0", "x" * (5 << 20)), [413, "closed"])
        self.assertEqual(ask("GET", f"/{token}/documents"), 200)
        self.assertFalse((self.path / "labels.jsonl").exists())


if __name__ == "__main__":
    unittest.main(warnings="ignore")
