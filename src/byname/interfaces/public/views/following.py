"""The private page of a concern: what became of it, and what its person does about it. Looking changes nothing."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.http import RETRY_SECONDS, Audience, audience, jpeg, see_other, unlike_a_form
from byname.interfaces.public import draft as drafts
from byname.interfaces.public import hearing, proof
from byname.interfaces.public.context import offered
from byname.interfaces.public.holding import contact_faults, holder_of, promised
from byname.interfaces.public.views import sending
from byname.interfaces.public.views.raising import too_large
from byname.safekeeping.limits import Limit
from byname.vocabulary import PUBLIC, Refused

WRITTEN: Final = Limit("write-again", most=60, seconds=3600)
"""A shared computer's address: many people may follow their concerns from it. Whoever comes after them solves a puzzle
first, or waits a minute, as in raising one; words of danger are never held up."""


@audience(Audience.PUBLIC)
def follow(request: HttpRequest, link: str) -> HttpResponse:
    """The private page; a message or an answer to "Is it better?" goes in by POST and leads back to it."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    if request.method != "POST":
        return _page(request, link)
    act = request.POST.get("act", "")
    if act == "write":
        return _write(request, link)
    if act == "judge":
        return _judge(request, link)
    return _page(request, link)


@audience(Audience.PUBLIC)
def send(request: HttpRequest, link: str) -> HttpResponse:
    """A message, with photos or without."""
    if refusal := unlike_a_form(request) or too_large(request, sending.MOST_BYTES):
        return refusal
    return _write(request, link) if request.method == "POST" else see_other(reverse("follow", args=[link]))


@audience(Audience.PUBLIC)
def photo(request: HttpRequest, link: str, number: int) -> HttpResponse:
    """A photo somebody sent themselves; nobody else's opens here."""
    if refusal := unlike_a_form(request):
        return refusal
    return jpeg(queries.own_picture(link, number, viewer=PUBLIC), f"{number}.jpg")


@audience(Audience.PUBLIC)
def letters(request: HttpRequest, link: str) -> HttpResponse:
    """One button that stops the letters; a mail program's own button for it sends the same."""
    if refusal := unlike_a_form(request):
        return refusal
    if request.method == "POST":
        actions.stop_letters(link, by=PUBLIC, at=timezone.now())
    return _shown(request, "letters", link, {"concern": _followed(link)})


@audience(Audience.PUBLIC)
def mine(request: HttpRequest, link: str) -> HttpResponse:
    """What needs the PIN: how to be reached, taking one's words along, having them removed."""
    if refusal := unlike_a_form(request) or too_large(request):
        return refusal
    concern = _followed(link)
    if request.method != "POST":
        return _shown(request, "mine", link, {"concern": concern})
    said, at = request.POST, timezone.now()
    act, pin = said.get("act", ""), drafts.line(said.get("pin", ""))[:20]
    danger = _danger(said) if act == "change" else {}
    try:
        if act == "change":
            return _change(request, link, pin, danger)
        if act == "remove" and said.get("sure"):
            actions.erase(link, pin, by=PUBLIC, at=at)
            return _shown(request, "removed", link, {"reference": concern.reference})
        taken = actions.take_out(link, pin, with_pictures=act == "file", by=PUBLIC, at=at)
    except Refused as refused:
        faults = {refused.field or "pin": hearing.fault(refused.code)}
        return _shown(request, "mine", link, {"concern": concern, "faults": faults} | danger, status=422)
    if act == "file":
        text = json.dumps(taken.kept(), ensure_ascii=False, indent=2) + "\n"
        answer = HttpResponse(text, content_type="application/json; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{concern.reference}.json"'
        return _closed(answer)
    known = {"concern": concern, "taken": taken, "pin": pin, "contact": taken.contact, "remove": act == "remove"}
    known |= {"published": _published(concern)}
    return _shown(request, "mine", link, known | _contact_page(taken.language))


def _danger(said: QueryDict) -> dict[str, Any]:
    """What danger the answers speak of that was not met yet; empty where none."""
    draft = drafts.read(said)
    danger = rules.danger(draft.texts)
    if danger is None or set(danger.kinds) <= set(draft.seen):
        return {}
    return {"kinds": danger.kinds, "first": danger.first}


def _change(request: HttpRequest, link: str, pin: str, danger: dict[str, Any]) -> HttpResponse:
    draft = drafts.read(request.POST)
    contact = rules.Contact(
        draft.name,
        draft.email,
        draft.phone,
        draft.safe_hours,
        bool(draft.never_visit),
        bool(draft.never_phone),
        bool(draft.by_text),
    )
    language = draft.language if draft.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    faults = {} if contact.is_empty else contact_faults(contact)
    at = timezone.now()
    changes = not faults and not danger
    if changes:
        actions.change_contact(link, pin, contact, language, by=PUBLIC, at=at)
    taken = actions.take_out(link, pin, by=PUBLIC, at=at)
    shown = {
        "concern": _followed(link),
        "taken": taken,
        "pin": pin,
        "contact": contact,
        "faults": faults,
        "changed": changes,
        **danger,
    }
    return _shown(request, "mine", link, shown | _contact_page(language), status=422 if faults else 200)


def _contact_page(language: str) -> dict[str, Any]:
    return {"languages": offered(snapshot.profile()), "chosen_language": language}


def _write(request: HttpRequest, link: str) -> HttpResponse:
    words = rules.tidied(request.POST.get("words", ""))
    kinds = rules.danger(words)
    seen = set(request.POST.getlist("seen"))
    fault = ""
    if not words.strip():
        fault = hearing.fault("no-answer")
    elif len(words) > rules.LONGEST_WORDS:
        fault = hearing.fault("too-long", most=rules.LONGEST_WORDS)
    if kinds and not set(kinds.kinds) <= seen:
        return _page(request, link, words=words, kinds=kinds.kinds, first=kinds.first)
    if fault:
        return _page(request, link, words=words, faults={"words": fault}, status=422)
    at = timezone.now()
    # A solution is good for this page and these words: there they stand once, however often they are sent.
    if not kinds and (puzzle := proof.asked(request, WRITTEN, f"{link} {words}", at=at)):
        page = _page(request, link, words=words, puzzle=puzzle, status=429)
        page.headers["Retry-After"] = str(puzzle.wait(at) or RETRY_SECONDS)
        return page
    read_here = snapshot.languages_read(_followed(link).area)
    pictures, fault = sending.taken_in(request)
    try:
        if not fault:
            actions.write_again(link, words, pictures=pictures, read_here=read_here, by=PUBLIC, at=timezone.now())
    except Refused as refused:
        if refused.field != "photos":
            raise
        fault = sending.fault(refused.code)
    if fault:
        return _page(request, link, words=words, faults={"photos": fault}, status=422)
    return see_other(reverse("follow", args=[link]) + "#last")


def _judge(request: HttpRequest, link: str) -> HttpResponse:
    given = {name: drafts.line(request.POST.get(name, "")) for name in ("answered", "better")}
    try:
        actions.say_how_it_went(link, **given, promise=promised(), by=PUBLIC, at=timezone.now())
    except Refused as refused:
        return _page(request, link, faults={refused.field or "answered": hearing.fault(refused.code)}, status=422)
    return see_other(reverse("follow", args=[link]))


def _followed(link: str) -> queries.Followed:
    return queries.followed(link, at=timezone.now(), viewer=PUBLIC)


def _page(request: HttpRequest, link: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    concern = _followed(link)
    directory, profile = snapshot.city(), snapshot.hearing()
    at = concern.area or f"{drafts.DIVISION}{concern.division}"
    published = _published(concern)
    said = {
        "concern": concern,
        "category": profile.category(concern.category),
        "hearing": profile,
        "holder": holder_of(drafts.found_of(at, directory), sergeant=concern.holder == "sergeant"),
        "state": hearing.OUTCOMES.get(concern.outcome) or _state(concern),
        "published": published,
        "published_category": profile.category(published.category) if published else None,
        "raised_at": timezone.localtime(concern.raised_at),
        "due": timezone.localtime(concern.due_at),
        "verdicts": hearing.VERDICTS.items(),
        "days": hearing.listed(hearing.DAYS, concern.told.days) if concern.told else [],
        "times": hearing.listed(hearing.TIMES, concern.told.times) if concern.told else [],
        "since": hearing.SINCE.get(concern.told.since, "") if concern.told else "",
        "ended": concern.ended_at is not None,
        "unsolved": "no" in concern.verdict,
    }
    return _shown(request, "concern", link, said | shown, status=status)


def _state(concern: queries.Followed) -> object:
    # "You said that it is not solved" may be somebody else's word to whoever joined.
    return hearing.STATES[concern.state] if concern.raised else hearing.SEEN_STATES[concern.state]


def _published(concern: queries.Followed) -> queries.Published | None:
    """What is published of the concern; None where nothing is, or nothing any more."""
    lines = queries.published(references=[concern.reference], viewer=PUBLIC)
    return lines[0] if lines else None


def _shown(request: HttpRequest, name: str, link: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    page = render(request, f"public/follow/{name}.html", {"link": link, "faults": {}} | shown, status=status)
    return _closed(page)


def _closed(answer: HttpResponse) -> HttpResponse:
    """An answer nobody keeps, finds or is led here from."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
