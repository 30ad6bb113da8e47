"""One concern at the desk: its thread, the answer, the note, who has it, and the ways it ends or goes elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.desk import telling, translating, wording
from byname.interfaces.desk.views.concerns import choose
from byname.interfaces.desk.views.pictures import pass_for
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import queries as people
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_asked_or_sent = require_http_methods(["GET", "HEAD", "POST"])
_DONE: Final = {
    "answered": "Your answer is on its way. Whoever left an address is told that it is here.",
    "interpreter": "It waits for an interpreter now, inside the same promise.",
    "machine": "A machine was asked. Look again in a moment.",
    "noted": "Your note stands below. It stays inside.",
    "taken": "It is theirs now. The thread goes with it.",
    "passed-on": "The other team has it now, and the person is told.",
    "handed-on": "It is handed on, and the person is told to whom.",
    "closed": "It has ended. Whoever raised it is asked whether this answered them.",
}


class Answer(forms.Form):
    """An officer's answer."""

    words = forms.CharField(max_length=rules.LONGEST_WORDS)
    working = forms.BooleanField(required=False)


class Note(forms.Form):
    """A note that stays inside."""

    words = forms.CharField(
        label="Your note", max_length=rules.LONGEST_WORDS, widget=forms.Textarea({"rows": 6}), error_messages={
            "required": "Write your note."
        },
    )  # fmt: skip


def _words(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=rules.LONGEST_WORDS,
        widget=forms.Textarea({"rows": 7}),
        error_messages={"required": "Write what they are to read."},
    )


class Closed(forms.Form):
    """How a concern ended."""

    choice = forms.ChoiceField(
        label="How did it end?",
        choices=list(rules.OUTCOMES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it ended."},
    )
    words = _words("In your own words", "What was done, or why nothing could be. Everybody who raised it reads this.")


class HandedOn(forms.Form):
    """Whom a concern is handed on to, outside the service."""

    choice = forms.ChoiceField(
        label="Whom does it go to?",
        choices=[("", "Choose …"), *rules.DOORS.items()],
        error_messages={"required": "Choose whom it goes to."},
    )
    words = _words("In your own words", "To whom it goes, why, and how they can be reached. The person reads this.")


class PassedOn(forms.Form):
    """Which team of the service takes a concern."""

    choice = forms.ChoiceField(
        label="Which area’s team takes it?", error_messages={"required": "Choose the area whose team takes it."}
    )
    words = _words("In your own words", "Who has it now, and why. The person reads this.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "choice", [(team.area.slug, team.area.name) for team in snapshot.city().serving], "Choose …")


@dataclass(frozen=True, slots=True)
class Ending:
    """One way a concern leaves its team, in words."""

    form: type[forms.Form]
    rule: str
    """The act of rules.ACTS."""
    title: str
    lede: str
    button: str
    done: str
    send: Callable[..., None]


_CLOSE: Final = Ending(
    Closed, "close", "Close this concern", "Everybody who raised it reads how it ended, and is asked whether this "
    "answered them. If they say no within 30 days, it opens again.", "Send and close", "closed", actions.close,
)  # fmt: skip
_HAND_ON: Final = Ending(
    HandedOn, "hand_on", "Hand it on outside the service", "The person is told to whom and why. Nothing they wrote is "
    "sent along: tell them how to get there.", "Send and hand on", "handed-on", actions.hand_on,
)  # fmt: skip


def _passed_on(reference: str, area: str, words: str, *, templates: Sequence[str], by: Actor, at: datetime) -> None:
    read_here = snapshot.languages_read(area)
    actions.pass_on(reference, area, words, templates=templates, read_here=read_here, by=by, at=at)


_PASS_ON: Final = Ending(
    PassedOn, "pass_on", "Pass it on to another team", "The other team has it under the same promise, with the whole "
    "thread. The person is told.", "Send and pass on", "passed-on", _passed_on,
)  # fmt: skip


@staff("see_concern")
@require_safe
def concern(request: HttpRequest, reference: str) -> HttpResponse:
    """One concern: what was told, what was said since, and what can be done now."""
    return _page(request, reference)


@staff("answer_concern")
@require_POST
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """An officer's answer goes out."""
    if request.POST.get("do") == "fill":
        return _page(request, reference, words=translating.begun(request.POST))
    form = Answer(request.POST)
    if not form.is_valid():
        return _page(request, reference, Refused("Write your answer.", field="words"), form["words"].value() or "")
    said = form.cleaned_data
    try:
        actions.answer(
            reference,
            said["words"],
            working=said["working"],
            templates=translating.all_templates(),
            phrases=request.POST.getlist("phrase"),
            by=viewer_of(request),
            at=timezone.now(),
        )
    except NotThere:
        raise
    except Refused as no:
        return _page(request, reference, no, said["words"])
    return _back(reference, "answered")


@staff("answer_concern")
@_asked_or_sent
def note(request: HttpRequest, reference: str) -> HttpResponse:
    """A note that stays inside, on a page of its own, so that none is ever sent by mistake."""
    viewer, at = viewer_of(request), timezone.now()
    form = Note(request.POST if request.method == "POST" else None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.note(reference, form.cleaned_data["words"], by=viewer, at=at)
        except NotThere:
            raise
        except Refused as no:
            refusal = no.sentence
        else:
            return _back(reference, "noted")
    shown = {"form": form, "refusal": refusal, **_seen(queries.thread(reference, at=at, viewer=viewer), at)}
    return render(request, "desk/concerns/note.html", shown, status=422 if request.method == "POST" else 200)


@staff("answer_concern")
@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody of the team has it from now on: who asks, or a team-mate."""
    officer = request.POST.get("officer", "").replace("\0", "")[:12]
    try:
        actions.take(reference, officer, on=snapshot.today(), by=viewer_of(request), at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return _page(request, reference, no)
    return _back(reference, "taken")


@staff("see_contact")
@require_POST
def contact(request: HttpRequest, reference: str) -> HttpResponse:
    """How to reach the person, once whoever must say why has said so; that it was looked at is on the ledger."""
    viewer, at = viewer_of(request), timezone.now()
    reason = request.POST.get("reason", "").replace("\0", "")[:40]
    try:
        found = queries.contact_of_concern(reference, reason=reason, at=at, viewer=viewer)
    except NotThere:
        raise
    except Refused as no:
        return _page(request, reference, no)
    seen = queries.thread(reference, at=at, viewer=viewer)
    shown = {"contact": found, "dialled": rules.dialled(found.phone), **_seen(seen, at)}
    return render(request, "desk/concerns/contact.html", shown)


@staff("close_concern")
@_asked_or_sent
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """The concern ends: how, and in which words."""
    return _ending(request, reference, _CLOSE)


@staff("close_concern")
@_asked_or_sent
def hand_on(request: HttpRequest, reference: str) -> HttpResponse:
    """The concern goes to somebody outside the service."""
    return _ending(request, reference, _HAND_ON)


@staff("pass_on_concern")
@_asked_or_sent
def pass_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Another area's team has the concern."""
    return _ending(request, reference, _PASS_ON)


def _seen(seen: queries.Thread, at: datetime) -> dict[str, object]:
    """A concern as its pages show it."""
    # Which words it was: an alarm above calm first words would be read past.
    alarming = [
        number
        for number, entry in enumerate(seen.entries)
        if seen.danger and entry.kind == "person" and rules.danger(entry.words)
    ]
    return {
        "seen": seen,
        "category": telling.category(seen.category, snapshot.hearing()),
        "state": telling.STATES[seen.state],
        "meaning": rules.MEANINGS[seen.state],  # type: ignore[index]  # the table keeps it among the states
        "outcome": rules.OUTCOMES.get(seen.outcome, ""),
        "standing": telling.stands(seen.due_at, seen.answered_at, seen.standing, at, ended=seen.ended_at is not None),
        "raised": telling.moment(seen.raised_at, at),
        "channel": telling.CHANNELS.get(seen.channel, seen.channel),
        "when": telling.when(seen.told),
        "place": seen.told.place or telling.PLACES.get(seen.place_kind, ""),
        "alarms": telling.alarms(seen.danger),
        "alarmed_since": alarming[0] + 1 if alarming else 0,
        "officer": telling.title(seen.officer) if seen.officer else "",
        "letters_in": telling.language(seen.language) if seen.language not in ("", "en") else "",
        "written_in": telling.language(seen.written_in) if seen.written_in not in ("", "en") else "",
        "entries": [
            {
                "entry": entry,
                "at": telling.moment(entry.at, at),
                "by": telling.title(entry.officer) if entry.officer else entry.signed,
                "alarming": number in alarming,
            }
            for number, entry in enumerate(seen.entries)
        ],
    }


def _page(request: HttpRequest, reference: str, refused: Refused | None = None, words: str = "") -> HttpResponse:
    viewer, at = viewer_of(request), timezone.now()
    seen = queries.thread(reference, at=at, viewer=viewer)
    city = snapshot.city()
    team = city.teams.get(seen.area)
    # Its team does not see what went past it.
    mates = [each.officer for each in (*team.postings, *team.covers)] if team and seen.holder == "team" else []
    has_it = seen.officer.reference if seen.officer else ""
    ways = {name: _can(seen.state, name) for name in ("answer", "work", "pass_on", "hand_on", "close")}
    shown = {
        **_seen(seen, at),
        "mates": [
            (each.reference, telling.title(each)) for each in mates if each.reference not in (has_it, viewer.officer)
        ],
        "mine": bool(viewer.officer) and has_it == viewer.officer,
        "takes": bool(viewer.officer) and seen.area in viewer.areas and has_it != viewer.officer,
        "ways": ways,
        "reasons": _reasons(viewer),
        "may_hold": bool(people_rules.reach(viewer, "hold_concern")),
        "words": words,
        "working": request.POST.get("working", ""),
        "refusal": refused.sentence if refused else "",
        "refusal_field": refused.field if refused else "",
        "alike": _alike(reference, at, viewer),
        "public": queries.wording_of(reference, viewer=viewer),
        "picture_pass": pass_for(reference, viewer),
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    translating.add(shown, seen, viewer=viewer, sent=request.POST)
    return render(request, "desk/concerns/concern.html", shown, status=422 if refused else 200)


def _alike(reference: str, at: datetime, viewer: Actor) -> list[dict[str, object]]:
    """What may be about the same: how far off and how long ago, never a word of it."""
    return [
        {
            "reference": each.reference,
            "category": telling.category(each.category, snapshot.hearing()),
            "place": telling.apart(each.metres, each.area_name),
            "raised": telling.moment(each.raised_at, at),
        }
        for each in queries.alike(reference, at=at, viewer=viewer)
    ]


def _reasons(viewer: Actor) -> list[tuple[str, str]]:
    """The reasons to choose among before the contact is shown; none for whoever need not say why."""
    try:
        people_rules.require_reason(viewer, "see_contact", "")
    except Refused:
        return wording.choices(people_rules.REASONS_TO_LOOK, wording.REASONS_TO_LOOK, "Choose …")
    return []


def _can(state: str, act: str) -> bool:
    try:
        rules.after(state, act)
    except Refused:
        return False
    return True


def _ending(request: HttpRequest, reference: str, ending: Ending) -> HttpResponse:
    """The form of one way out; then what the person will read; then, sent from there, it is done."""
    viewer, at = viewer_of(request), timezone.now()
    sent = request.method == "POST"
    form = ending.form(request.POST if sent else None)
    refused: Refused | None = None
    if sent and form.is_valid() and request.POST.get("do") == "send":
        said = form.cleaned_data
        try:
            templates = translating.all_templates()
            ending.send(reference, said["choice"], said["words"], templates=templates, by=viewer, at=at)
        except NotThere:
            raise
        except Refused as no:
            refused = no
        else:
            return _back(reference, ending.done)
    seen = queries.thread(reference, at=at, viewer=viewer)
    signer = people.public_officers({viewer.officer}, viewer=viewer).get(viewer.officer) if viewer.officer else None
    look = sent and form.is_valid() and refused is None and request.POST.get("do") != "change"
    shown = {
        **_seen(seen, at),
        "ending": ending,
        "form": form,
        "look": look,
        "chosen": dict(form.fields["choice"].choices).get(form.cleaned_data["choice"], "") if look else "",  # type: ignore[attr-defined]  # all three are choices
        "signed": telling.title(signer) if signer else viewer.name,
        "possible": _can(seen.state, ending.rule),
        "refusal": refused.sentence if refused else "",
    }
    wrong = bool(refused) or (sent and not form.is_valid())
    return render(request, "desk/concerns/ending.html", shown, status=422 if wrong else 200)


def _back(reference: str, done: str) -> HttpResponse:
    return see_other(f"{reverse('desk-concern', args=[reference])}?done={done}")


urls = [
    path("concerns/<str:reference>/", concern, name="desk-concern"),
    path("concerns/<str:reference>/answer/", answer, name="answer-concern"),
    path("concerns/<str:reference>/note/", note, name="note-concern"),
    path("concerns/<str:reference>/take/", take, name="take-concern"),
    path("concerns/<str:reference>/contact/", contact, name="concern-contact"),
    path("concerns/<str:reference>/close/", close, name="close-concern"),
    path("concerns/<str:reference>/hand-on/", hand_on, name="hand-on-concern"),
    path("concerns/<str:reference>/pass-on/", pass_on, name="pass-on-concern"),
]
