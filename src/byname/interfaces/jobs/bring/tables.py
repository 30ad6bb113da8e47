"""Reading a CSV file as people make them: with Excel's marks, any line ends, commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from byname.vocabulary import FileRefused, RowFault, file_refused

_DELIMITERS = ",;\t"
_MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table and where it stands; `faults` gathers what is wrong in its cells."""

    number: int
    cells: dict[str, str]
    faults: list[RowFault] = field(default_factory=list)

    def text(self, column: str) -> str:
        """The cell without the space around it."""
        return self.cells.get(column, "")

    def day(self, column: str, *, needed: bool = False) -> date | None:
        """The day in a cell, written 2026-03-15; None where there is none or it is no day."""
        text = self.text(column)
        try:
            if text and len(text) == 10:
                return date.fromisoformat(text)
        except ValueError:
            pass
        if text or needed:
            self.faults.append(RowFault(self.number, column, text, "a day such as 2026-03-15"))
        return None

    def number_in(self, column: str) -> int | None:
        """The whole number in a cell; None where there is none."""
        text = self.text(column)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
        self.faults.append(RowFault(self.number, column, text, "a whole number, or nothing"))
        return None

    def yes(self, column: str, *, otherwise: bool) -> bool:
        """Whether a cell says yes; `otherwise` where it is empty."""
        text = self.text(column).casefold()
        if text in ("", "yes", "no"):
            return {"": otherwise, "yes": True, "no": False}[text]
        self.faults.append(RowFault(self.number, column, text, "yes or no"))
        return otherwise

    def several(self, column: str) -> tuple[str, ...]:
        """The parts of a cell between semicolons, commas or spaces."""
        return tuple(self.text(column).replace(";", " ").replace(",", " ").split())


def read_table(content: bytes, *, columns: Sequence[str], needed: Sequence[str]) -> list[Line]:
    """The rows of a CSV file by column. Raises FileRefused for what is no such table, with every fault in its shape."""
    text = _text(content)
    first, _, rest = text.partition("\n")
    delimiter = ""
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # Excel's own way to name the delimiter; the line is kept empty so that lines keep their numbers.
        delimiter, text = first.strip()[4], "\n" + rest
    head = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = delimiter or max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    lines: list[Line] = []
    faults: list[RowFault] = []
    begins = 1
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = [cell.strip().casefold() for cell in cells]
                _check_head(names, number, columns, needed)
                continue
            if len(cells) != len(names):
                found, expected = f"{len(cells)} cells", f"{len(names)} cells, as in the first line"
                if any("\n" in cell for cell in cells):
                    expected += "; is there a quotation mark that nothing closes?"
                faults.append(RowFault(number, "the whole line", found, expected))
                continue
            if len(lines) >= _MOST_ROWS:
                raise FileRefused(f"The file has more than {_MOST_ROWS} rows; is it the right one?")
            lines.append(Line(number, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}))
    except csv.Error as fault:
        raise FileRefused(f"Line {begins} cannot be read as CSV: {fault}.") from fault
    if not names:
        raise FileRefused("The file is empty; --template prints one to start from.")
    if faults:
        raise file_refused(faults)
    if not lines:
        raise FileRefused("The file has a header and no rows.")
    return lines


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefused("The file is written in UTF-16; save it as “CSV UTF-8”.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise FileRefused(f"Line {line} is not written in UTF-8; in Excel, save the file as “CSV UTF-8”.") from fault
    if "\0" in text:
        raise FileRefused("The file is not text: it holds NUL characters.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check_head(names: Sequence[str], line: int, columns: Sequence[str], needed: Sequence[str]) -> None:
    if len(names) == 1 and names[0] not in columns:
        raise FileRefused(f"Line {line} is one column only: save the file as CSV, with commas between the columns.")
    faults = [
        RowFault(line, name, "", "this column; --template shows them all") for name in needed if name not in names
    ]
    faults += [RowFault(line, name, name, "one of " + ", ".join(columns)) for name in names if name not in columns]
    faults += [
        RowFault(line, name, name, "each column once") for place, name in enumerate(names) if name in names[:place]
    ]
    if faults:
        raise file_refused(faults)
