# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium on the laptop, by Playwright: a program that the test talks to by lines of JSON, so that no address is an argument.

    {"do": "open", "url": …}    {"do": "text"}    {"do": "shot", "path": …}    {"do": "anew"}    each answers {"text": …} or {"error": …}

anew: another browser, as far as pages can tell.

Certificates are judged by the NSS database in HOME; names are resolved by the proxy, which is the laptop's tailscaled.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["PLAYWRIGHT_DISABLE_FORCED_CHROMIUM_PROXIED_LOOPBACK"] = "1"  # the one-time page is on this laptop

from playwright.sync_api import Error, Page, sync_playwright  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
         "--disable-gpu"]  # fmt: skip
SECONDS = 60_000  # milliseconds
SIZE = {"width": 1280, "height": 800}


def do(page: Page, order: dict[str, str]) -> str:
    if order["do"] == "open":
        page.goto(order["url"], wait_until="load", timeout=SECONDS)
    elif order["do"] == "shot":
        page.screenshot(path=order["path"])
    return page.evaluate("""() => {
        const all = root => [...root.querySelectorAll("*")].flatMap(each => each.shadowRoot ? [each, ...all(each.shadowRoot)] : [each]);
        return document.title + "\\n" + location.pathname + "\\n" + document.body.innerText + "\\n"
            + all(document).filter(each => each.placeholder).map(each => each.placeholder).join("\\n");
    }""")


def main() -> None:
    proxy = sys.argv[1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", proxy={"server": proxy}, args=FLAGS)
        page = browser.new_page(viewport=SIZE)
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "anew":
                page.context.close()
                page = browser.new_page(viewport=SIZE)
            try:
                answer = {"text": do(page, order)}
            except Error as error:
                answer = {"error": error.message}
            print(json.dumps(answer), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
