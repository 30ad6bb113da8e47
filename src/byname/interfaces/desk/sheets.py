"""The desk's CSV files: every one of them is written here."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from django.http import HttpResponse


def sheet(name: str, head: Iterable[object], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """A CSV file of this name to keep, none of whose cells a spreadsheet takes for a formula."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    lines = csv.writer(answer)
    lines.writerow(head)
    lines.writerows(map(_cell, row) for row in rows)
    return answer


def _cell(value: object) -> object:
    runs = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if runs else value
