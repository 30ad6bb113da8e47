"""A small CSV somebody wrote by hand: its rows by column, or what is wrong with its shape."""

from __future__ import annotations

import csv
import io

from byname.vocabulary import FileRefused, Refused, RowFault

_MOST_LINES = 200_000


def table(content: bytes, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[tuple[int, dict[str, str]]]:
    """(line, cells by lower-case column) of each row that holds anything; unknown columns are left out.

    Takes a byte order mark, any line ends, and the semicolons of a spreadsheet. Raises Refused or FileRefused.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("The file is not UTF-8 text: save it as “CSV UTF-8”.", code="not-csv") from None
    if "\0" in text or not text.strip():
        raise Refused("The file is empty." if not text.strip() else "The file is no CSV text.", code="not-csv")
    first = text.splitlines()[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    rows: list[tuple[int, dict[str, str]]] = []
    faults: list[RowFault] = []
    try:
        header = [name.strip().lower() for name in next(reader)]
        _check_header(header, columns, optional)
        line = reader.line_num + 1
        for cells in reader:
            started, line = line, reader.line_num + 1
            if line > _MOST_LINES:
                raise Refused(f"The file has more than {_MOST_LINES:,} lines: is it the right one?", code="not-csv")
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                faults.append(RowFault(started, "the whole line", f"{len(cells)} cells", f"{len(header)} cells"))
                continue
            rows.append(
                (
                    started,
                    {
                        name: " ".join(cell.split())
                        for name, cell in zip(header, cells, strict=True)
                        if name in columns or name in optional
                    },
                )
            )
    except csv.Error as fault:
        raise Refused(f"Line {reader.line_num} cannot be read as CSV: {fault}.", code="not-csv") from None
    if faults:
        raise FileRefused("Some lines do not fit the header.", tuple(faults))
    if not rows:
        raise Refused("The file has a header and no rows.", code="not-csv")
    return rows


def _check_header(header: list[str], columns: tuple[str, ...], optional: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in header]
    if missing:
        raise Refused(
            f"The file has no column {' and no column '.join(missing)}. Its header is: {', '.join(header)[:200]}.",
            code="no-column",
        )
    twice = sorted({name for name in header if name in (*columns, *optional) and header.count(name) > 1})
    if twice:
        raise Refused(f"The column {twice[0]} stands in the header twice.", code="no-column")
