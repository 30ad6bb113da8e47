"""byname speaks of itself alone: no maker's workshop, no package host, no download address in any of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.habits.checkout import ROOT, files, plant

# Each pattern carries a bracket, so that this file does not hold the words it looks for.
WORKSHOP = re.compile(
    r"/w[o]rk/\w|/f[a]rm/|f[a]rm-(?:studio|bench)|sub-?ag[e]nt|before-stop h[o]ok|\bthis s[e]ssion\b|"
    r"developer s[e]ssion|/tmp/b[r]ief",
    re.IGNORECASE,
)
HOSTS = re.compile(r"py[p]i\.org|python[h]osted|npm[j]s\.(?:org|com)|deb\.deb[i]an\.org", re.IGNORECASE)
ADDRESS = re.compile(r"https?://|git\+|file:/")
LOCKS = re.compile(r".*\.lock(\.json)?$|package-lock\.json$|requirements.*\.(txt|lock|in)$")


def complaints(root: Path) -> list[str]:
    """One line for each place where a file speaks of something it should not."""
    found = []
    for path in files(root):
        content = path.read_bytes()
        if b"\0" in content:
            continue
        where = path.relative_to(root).as_posix()
        text = content.decode("utf-8", "replace")
        kinds = [("the workshop", WORKSHOP), ("a package host", HOSTS)]
        if LOCKS.match(path.name):
            kinds.append(("a download address", ADDRESS))
        for name, pattern in kinds:
            for match in pattern.finditer(text):
                found.append(f"{where}:{text.count(chr(10), 0, match.start()) + 1} names {name}: {match.group()}")
    return found


def test_no_file_speaks_of_the_workshop_a_package_host_or_a_download_address() -> None:
    found = complaints(ROOT)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("README.md", "See /wo" + "rk/main.\n", "README.md:1 names the workshop: /wo" + "rk/m"),
        ("src/byname/x.py", "# a sub" + "agent wrote this\n", "src/byname/x.py:1 names the workshop: sub" + "agent"),
        ("byname", "\n--index https://py" + "pi.org/simple\n", "byname:2 names a package host: py" + "pi.org"),
        (
            "requirements.lock",
            "a @ https://example.org/a.whl\n",
            "requirements.lock:1 names a download address: https://",
        ),
        (
            "tools/vendor.lock.json",
            '{"url": "https://x"}\n',
            "tools/vendor.lock.json:1 names a download address: https://",
        ),
    ],
)
def test_a_planted_word_is_seen(path: str, text: str, said: str, tmp_path: Path) -> None:
    plant(tmp_path, path, text)
    plant(tmp_path, "var/log/web.log", text)
    plant(tmp_path, "docs/fine.md", "Open http://localhost:8000 and say hello.\n")
    assert complaints(tmp_path) == [said]
