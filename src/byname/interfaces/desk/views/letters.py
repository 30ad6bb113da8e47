"""Letters: what was sent and what was not; and, in the demo alone, the letters themselves."""

from __future__ import annotations

import email
import email.policy
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import Audience, audience, see_other, staff, viewer_of
from byname.ledger import actions, queries
from byname.people import rules
from byname.vocabulary import Actor, NotThere

LONGEST_WAIT: Final = timedelta(hours=1)
"""A letter that has waited longer is told of on Today."""
SHOWN: Final = 50
_KINDS: Final = {
    "handover_opened": "A handover",
    "plain": "A letter",
    "posting_adopted": "A new posting",
    "posting_ended": "The end of a posting",
    "sign_in": "About signing in",
}
_DONE: Final = {
    "tried": "It is on its way once more. If it cannot be sent within two days, it comes back here.",
    "let-go": "It is let go. Nothing of it is kept.",
}
_PROXIED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
_OWN_NAMES: Final = ("", "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Stuck:
    """A letter that was given up, as the page tells of it."""

    number: int
    about: str
    letter: queries.GivenUp


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """Letters that could not be sent, or have waited too long: for whoever sees to their delivery."""
    if not rules.reach(viewer, "see_delivery"):
        return
    state = _state(viewer)
    if state.given_up_count:
        letters = "1 letter" if state.given_up_count == 1 else f"{state.given_up_count} letters"
        yield Matter(
            title=f"{letters} could not be sent",
            sentence="Whoever was to read them does not know what they say.",
            url=reverse("delivery"),
            act="See which",
            pressing=True,
        )
    if state.oldest_due_at is not None and timezone.now() - state.oldest_due_at > LONGEST_WAIT:
        since = timezone.localtime(state.oldest_due_at)
        yield Matter(
            title="Letters are waiting",
            sentence=f"The oldest since {since:%A} {since.day} {since:%B} at {since:%H:%M}. {state.problem}".strip(),
            url=reverse("delivery"),
            act="See why",
            pressing=True,
        )


@staff("see_delivery")
@require_safe
def delivery(request: HttpRequest) -> HttpResponse:
    """What was sent, what waits, and what was given up; never to whom."""
    state = _state(viewer_of(request))
    shown = {
        "state": state,
        "given_up": [Stuck(letter.number, _about(letter.kind), letter) for letter in state.given_up],
        "older": state.given_up_count - len(state.given_up),
        "server": settings.BYNAME_MAIL_SERVER,
        "demo": snapshot.profile().demo,
        "late": state.oldest_due_at is not None and timezone.now() - state.oldest_due_at > LONGEST_WAIT,
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/delivery.html", shown)


@staff("see_delivery")
@require_POST
def try_again(request: HttpRequest, number: int) -> HttpResponse:
    """Send a letter that was given up once more."""
    actions.try_letter_again(number, by=viewer_of(request), at=timezone.now())
    return see_other(f"{reverse('delivery')}?done=tried")


@staff("see_delivery")
@require_POST
def let_go(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a letter that was given up."""
    actions.let_letter_go(number, by=viewer_of(request), at=timezone.now())
    return see_other(f"{reverse('delivery')}?done=let-go")


@dataclass(frozen=True, slots=True)
class Landed:
    """A letter of the demo, as it lies in the folder."""

    name: str
    subject: str
    to: str
    at: datetime | None
    body: str
    answers_to: str = ""
    """Where an answer to it goes; empty where none comes in."""


@audience(Audience.PUBLIC)
@require_safe
def demo_letters(request: HttpRequest) -> HttpResponse:
    """The letters of the demo, the newest first."""
    _require_the_demo(request)
    return _unkept(render(request, "desk/demo_letters.html", _around() | {"letters": [_read(f) for f in _files()]}))


@audience(Audience.PUBLIC)
@require_safe
def demo_letter(request: HttpRequest, name: str) -> HttpResponse:
    """One letter of the demo."""
    _require_the_demo(request)
    file = next((file for file in _files() if file.stem == name), None)
    if file is None:
        raise NotThere
    return _unkept(render(request, "desk/demo_letter.html", _around() | {"letter": _read(file)}))


def _state(viewer: Actor) -> queries.Delivery:
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return queries.delivery_of_letters(since=midnight, at=now, viewer=viewer, most=SHOWN)


def _about(kind: str) -> str:
    return _KINDS.get(kind) or _KINDS.get(kind.partition(".")[0]) or kind.replace("_", " ").capitalize()


def _require_the_demo(request: HttpRequest) -> None:
    """NotThere but in the demo, without a mail server, for somebody at this machine: letters open doors."""
    through = any(name in request.headers for name in _PROXIED)
    shown_to_others = (urlsplit(settings.BYNAME_PUBLIC_URL).hostname or "") not in _OWN_NAMES
    near = _is_here(request.META.get("REMOTE_ADDR", "")) or _is_here(settings.BYNAME_LISTEN)
    if not snapshot.profile().demo or settings.BYNAME_MAIL_SERVER or through or shown_to_others or not near:
        raise NotThere


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _files() -> list[Path]:
    return sorted((Path(settings.BYNAME_HOME) / "letters").glob("*.eml"), reverse=True)[:SHOWN]


def _read(file: Path) -> Landed:
    message = email.message_from_bytes(file.read_bytes(), EmailMessage, policy=email.policy.default)
    sent = message["Date"].datetime if message["Date"] else None
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    said = {name: str(message[name] or "") for name in ("Subject", "To", "X-Phone", "Reply-To")}
    # A letter goes to an address, a text to a number.
    return Landed(file.stem, said["Subject"], said["To"] or said["X-Phone"], sent, text, said["Reply-To"])


def _around() -> dict[str, object]:
    return {"service": snapshot.profile()}


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


urls = [
    path("letters/", delivery, name="delivery"),
    path("letters/<int:number>/again/", try_again, name="try-letter-again"),
    path("letters/<int:number>/let-go/", let_go, name="let-letter-go"),
]
demo = [
    path("demo/letters", demo_letters, name="demo-letters"),
    path("demo/letters/<slug:name>", demo_letter, name="demo-letter"),
]
"""Outside the desk: whoever reads a letter has not signed in yet."""
