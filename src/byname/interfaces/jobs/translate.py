"""Asking the service's own translation server, where there is one: for reading only, and only what somebody asked."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.utils import timezone

from byname.concerns import actions, queries
from byname.interfaces.jobs.translation_server import TROUBLE
from byname.vocabulary import SYSTEM

_log = logging.getLogger("byname.translate")
_AT_ONCE: Final = 4


def translate_what_waits() -> int:
    """How many texts a machine put into English now; none where the service has no server for it.

    One that fails is tried again at the next turns, `concerns.rules.MOST_TRIES` times in all.
    """
    server = settings.BYNAME_TRANSLATOR
    if server is None:
        return 0
    done = 0
    for each in queries.texts_for_a_machine(_AT_ONCE, viewer=SYSTEM):
        try:
            words = server.translated(each.words, each.source, each.target)
        except TROUBLE as fault:
            # Never what was asked, nor what was answered: that stands in no log.
            _log.warning("the translation server did not answer as it should", extra={"fault": type(fault).__name__})
            words = ""
        done += actions.take_machine_words(each.number, words, by=SYSTEM, at=timezone.now())
    return done
