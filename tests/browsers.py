"""The machine's own Chromium, as every test in a browser starts it; where there is none, that is said."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NEEDED = os.environ.get("TEST_BROWSER") == "needed"  # .ci/run: there a missing browser fails, it skips nothing
MISSING = "no Chromium on this machine, so what people see was not tested: apt-get install chromium"
OFFLINE = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
in_a_browser = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None and not NEEDED, reason=MISSING)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM or "chromium", args=OFFLINE)
        yield started
        started.close()
