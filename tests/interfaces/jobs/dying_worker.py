"""The real worker process, made to kill itself at one step of its work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

from byname.config import jobs


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before(owner: Any, name: str) -> None:
    """Die where this would be called."""
    setattr(owner, name, _die)


def _after(owner: Any, name: str, *, when: Callable[[Any], bool] = lambda _result: True) -> None:
    """Die once this was called and gave such a result."""
    real = getattr(owner, name)

    def called(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if when(result):
            _die()
        return result

    setattr(owner, name, called)


def main(step: str) -> None:
    """Arrange for the death at `step`, then work."""
    django.setup()
    from byname.concerns import actions as concerns  # noqa: PLC0415 - the tables stand only now
    from byname.concerns.actions import mailed  # noqa: PLC0415
    from byname.interfaces.jobs import deliver, heads, letters  # noqa: PLC0415
    from byname.ledger import actions, models  # noqa: PLC0415

    arranged: dict[str, Callable[[], None]] = {
        "none": lambda: None,
        "before taking the letter": lambda: _before(actions, "take_letter"),
        "after taking it": lambda: _before(letters, "message_of"),
        "after the yes, before the note": lambda: _before(actions, "letter_delivered"),
        "after the note, before it stands": lambda: _after(actions, "letter_delivered"),
        "after the note stands": lambda: _after(deliver, "_next_letter", when=lambda sent: sent == 1),
        "before the seal is written": lambda: _before(models.LedgerSeal, "save"),
        "before the seal stands": lambda: _after(heads, "note_taken_back"),
        "before the head is noted": lambda: _before(heads, "note"),
        "before the words are taken": lambda: _before(concerns, "take_mail"),
        "after the words, before they stand": lambda: _after(mailed, "write_again"),
        "after the words stand": lambda: _after(concerns, "take_mail"),
        "after the head is noted": lambda: _after(heads, "note"),
    }
    arranged[step]()
    sys.exit(jobs.main())


if __name__ == "__main__":
    main(sys.argv[1])
