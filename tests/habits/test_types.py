"""mypy is strict and knows Django's tables: both are seen on planted code."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.habits.checkout import copy_of_the_source, plant

PLANTED = '''"""Planted things."""

from byname.ledger.models import LedgerLine


def untyped(line):
    return line


def mistaken(line: LedgerLine) -> int:
    return line.event


def misspelt() -> bool:
    return LedgerLine.objects.filter(happened_at=None).exists()
'''


@pytest.mark.slow
def test_mypy_sees_planted_code_without_types_and_with_wrong_ones(tmp_path: Path) -> None:
    copy = copy_of_the_source(tmp_path)
    plant(copy, "src/byname/ledger/planted.py", PLANTED)
    trial = {
        "PYTHONPATH": str(copy / "src"),
        "BYNAME_SECRET_KEY": "planted",
        "BYNAME_DATA_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
        "DATABASE_URL": "postgresql://nobody@localhost:1/planted",
    }
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "src/byname/ledger/planted.py"]
    answer = subprocess.run(
        command, cwd=copy, env=os.environ | trial, capture_output=True, text=True, timeout=120, check=False
    )
    found = re.findall(r"^src/byname/ledger/planted\.py:(\d+): error: .*\[([a-z-]+)\]$", answer.stdout, re.MULTILINE)
    assert found == [("6", "no-untyped-def"), ("11", "return-value"), ("15", "misc")], answer.stdout + answer.stderr
