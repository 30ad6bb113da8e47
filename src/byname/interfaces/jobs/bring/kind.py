"""What each kind of file says about itself, and what it is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from byname.vocabulary import Actor, Refused

_LARGEST = 400 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Order:
    """One file somebody brings, who brings it and when."""

    path: Path
    by: Actor
    at: datetime
    say: Callable[[str], None]
    """Tells progress of long work to the person who waits; one short line each time."""
    edition: str = ""
    valid_from: date | None = None
    schematic: bool = False

    @property
    def name(self) -> str:
        """The file's own name, without where it stands."""
        return self.path.name

    def content(self) -> bytes:
        """The whole file. Raises Refused, with a sentence, for what cannot be read."""
        try:
            if self.path.is_file() and self.path.stat().st_size > _LARGEST:
                raise Refused(f"{self.name} is larger than 400 megabytes: is it the right file?", code="file-too-large")
            return self.path.read_bytes()
        except FileNotFoundError:
            raise Refused(f"There is no file {self.path}.", code="no-file") from None
        except IsADirectoryError:
            raise Refused(f"{self.path} is a folder, not a file.", code="no-file") from None
        except OSError as fault:
            raise Refused(f"{self.path} cannot be read: {fault.strerror or fault}.", code="no-file") from None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file that can be brought in."""

    name: str
    what: str
    """What the file holds, in one line, for the command's help."""
    bring: Callable[[Order], tuple[str, ...]]
    """Brings the file in, whole or not at all, and returns what there is to tell, a line each; raises Refused."""
    template: str = ""
    """A header and an example row to start from, where the file is written by hand."""
    dated: bool = False
    """Whether the file is one edition of many: then `--edition` and `--valid-from` are needed."""
