"""Texts of the demo: each lands as a file beside the letters, and is shown with them at the desk."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime

from django.utils import timezone

from byname.interfaces.jobs.landing import land
from byname.interfaces.jobs.texts.provider import Failed


class Local:
    """Sends nothing anywhere."""

    def send(self, to: str, words: str, *, once: str) -> Failed | None:
        """The text is a file in the folder of the demo's letters."""
        at = timezone.now()
        message = EmailMessage()
        message["Subject"] = "Text message"
        # A number is no address: named so that the page shows it as it stands.
        message["X-Phone"] = to
        message["Date"] = format_datetime(at)
        message["Message-ID"] = once
        message.set_content(words + "\n", charset="utf-8")
        land(message.as_bytes(), at=at)
        return None
