"""The README's picture of the report, taken in Chromium.

    pip install selenium
    cargo build --release
    python3 benches/plots/report_picture.py

writes `benches/plots/report.png` from `datasets/sample.jsonl`. With --also FOLDER it writes the dark page, the first page and
the one of a phone there, to be looked at.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dechaff", default=ROOT / "target/release/dechaff")
    parser.add_argument("--also", type=Path)
    arguments = parser.parse_args()
    options = Options()
    options.binary_location = shutil.which("chromium")
    for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        command = [arguments.dechaff, "report", "datasets/sample.jsonl", "-o", page, "--quiet"]
        subprocess.run(command, check=True, cwd=ROOT)
        browser.set_window_size(1200, 900)
        browser.get(f"file://{page}")
        wait = WebDriverWait(browser, 20)
        wait.until(lambda _: browser.find_element(By.TAG_NAME, "body").get_attribute("data-ready"))
        if arguments.also:
            browser.save_screenshot(str(arguments.also / "overview.png"))
        browser.find_element(By.ID, "tab-documents").click()
        wait.until(lambda _: browser.find_elements(By.CSS_SELECTOR, ".block"))
        browser.save_screenshot(str(ROOT / "benches/plots/report.png"))
        if arguments.also:
            browser.find_element(By.ID, "theme").click()
            browser.save_screenshot(str(arguments.also / "dark.png"))
            browser.set_window_size(500, 900)
            browser.save_screenshot(str(arguments.also / "phone.png"))
    browser.quit()


if __name__ == "__main__":
    main()
