# SPDX-License-Identifier: Apache-2.0
"""The laptop's browser, as the test sees it: see browser.py."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from box.box import Box
from lab import cache
from lab.command import run
from lab.laptop import SOCKS
from lab.wait import wait_until

_HERE = Path(__file__).parent


class Browser:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def open(self, url: str) -> str:
        return self._do(do="open", url=url)

    def anew(self) -> None:
        """Begins again as another browser."""
        self._do(do="anew")

    def text(self) -> str:
        """All that the page shows, with its title, path and the placeholders of its fields."""
        return self._do(do="text")

    def shot(self, path: Path) -> None:
        self._do(do="shot", path=str(path))

    def shows(self, *words: str, seconds: float = 60) -> str:
        """Waits until the page shows all of ``words``."""
        seen = [""]

        def there() -> bool:
            seen[0] = self.text()
            return all(word in seen[0] for word in words)

        try:
            wait_until(there, seconds, f"the page to show {words}", poll=0.3)
        except Exception as error:
            raise AssertionError(f"{error}; it shows:\n{seen[0]}") from None
        return seen[0]

    def _do(self, **order: str) -> str:
        assert self._process.stdin and self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the browser has ended"}
        if "error" in answer:
            raise AssertionError(f"the browser: {answer['error']}")
        return str(answer["text"])


@contextmanager
def browser(box: Box) -> Iterator[Browser]:
    """Chromium on the laptop, which trusts the lab's certificates by its own database, as a person would have imported them."""
    home = box.laptop.home
    database = f"sql:{home}/.pki/nssdb"
    (home / ".pki/nssdb").mkdir(parents=True, exist_ok=True)
    run(["certutil", "-d", database, "-N", "--empty-password"], seconds=30)
    for number, certificate in enumerate(box.world.services.ca_pem.read_text().split("-----END CERTIFICATE-----\n")[:-1]):
        file = home / f"ca-{number}.pem"
        file.write_text(f"{certificate}-----END CERTIFICATE-----\n")
        run(["certutil", "-d", database, "-A", "-t", "C,,", "-n", file.stem, "-i", file], seconds=30)
    python = environment() / "bin/python"
    inside = ["env", "-i", *(f"{key}={value}" for key, value in box.laptop.environment.items()), python, _HERE / "browser.py",
              f"socks5://{SOCKS}"]
    with subprocess.Popen(box.laptop.command(inside), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Browser(process)
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def environment() -> Path:
    """Playwright, made once."""
    wanted = _HERE / "requirements.txt"
    made = cache.root() / f"life-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]}"
    if not (made / "complete").exists():
        cache.remove_tree(made)
        run([sys.executable, "-m", "venv", made], seconds=120)
        run([made / "bin/pip", "-q", "install", "--require-hashes", "-r", wanted], seconds=600)
        (made / "complete").touch()
    return made
