"""The control server's own tests, which are written in Go. (Go's modules are fetched if the cache has none.)"""

from __future__ import annotations

from lab.golang import MODULE, go


def test_go_tests_pass() -> None:
    tests = [line for file in MODULE.glob("*_test.go") for line in file.read_text().splitlines() if line.startswith("func Test")]
    said = go("test", "-vet=off", "-count=1", "-v", ".")
    assert said.count("--- PASS") == len(tests) > 0
