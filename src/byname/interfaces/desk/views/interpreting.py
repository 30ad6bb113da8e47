"""For interpreters: what waits to be put into another language, and the page on which that is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.concerns import actions, queries, rules
from byname.interfaces import snapshot
from byname.interfaces.desk import telling
from byname.interfaces.desk.today import Matter
from byname.interfaces.http import see_other, staff, viewer_of
from byname.people import rules as people_rules
from byname.vocabulary import Actor, NotThere, Refused

_DONE: Final = {"done": "It stands with the concern now. Thank you.", "one": "That one is done. There is more below."}


class Text(forms.Form):
    """One text in the other language, and which it is of."""

    text = forms.IntegerField(min_value=0, max_value=2**62)
    words = forms.CharField(max_length=rules.LONGEST_TRANSLATION, required=False, strip=False)


class Asked(forms.Form):
    """Which text somebody wants put into another language, and which language that is."""

    text = forms.IntegerField(min_value=0, max_value=2**62)
    language = forms.CharField(max_length=12, required=False)


@staff("interpret")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the most pressing first; one language at a time where it is asked for."""
    viewer, at = viewer_of(request), timezone.now()
    language = request.GET.get("language", "").replace("\0", "")[:12]
    every = queries.waiting_texts(at=at, viewer=viewer)
    codes = sorted({code for each in every for code in each.languages}, key=telling.language)
    found = [each for each in every if not language or language in each.languages]
    shown = {
        "lines": [_line(each, at) for each in found],
        "languages": [(code, telling.language(code)) for code in codes],
        "language": language,
        "named": telling.language(language) if language else "",
        "mine": "interpreter" in viewer.roles,
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/interpreting/queue.html", shown)


@staff("interpret")
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """The texts of one concern that wait; each is put into the other language by itself."""
    if request.method != "POST":
        return _page(request, reference)
    form = Text(request.POST)
    if not form.is_valid():
        return _page(request, reference, Refused("This is too long, or its text was not told. Try it again."))
    said = form.cleaned_data
    try:
        done = actions.interpret(reference, said["text"], said["words"], by=viewer_of(request), at=timezone.now())
    except NotThere:
        raise
    except Refused as no:
        return _page(request, reference, no, said["text"], said["words"])
    if done:
        return see_other(reverse("interpreting") + "?done=done")
    return see_other(reverse("interpret", args=[reference]) + "?done=one")


@staff("answer_concern")
@require_POST
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Somebody of the team asks for an interpreter, or for a machine's words to read."""
    form, viewer, at = Asked(request.POST), viewer_of(request), timezone.now()
    if not form.is_valid():
        raise NotThere
    text, machine = form.cleaned_data["text"], request.POST.get("do") == "machine"
    try:
        if machine:
            actions.ask_machine(reference, text, by=viewer, at=at)
        else:
            actions.ask_interpreter(reference, text, form.cleaned_data["language"], by=viewer, at=at)
    except NotThere:
        raise
    except Refused as no:
        shown = {"reference": reference, "refusal": no.sentence}
        return render(request, "desk/interpreting/refused.html", shown, status=422)
    done = "machine" if machine else "interpreter"
    return see_other(f"{reverse('desk-concern', args=[reference])}?done={done}")


def waiting(viewer: Actor, on: date) -> Iterable[Matter]:
    """What waits for this viewer to put it into another language."""
    if not people_rules.reach(viewer, "interpret"):
        return
    found = queries.waiting_texts(at=timezone.now(), viewer=viewer)
    if not found:
        return
    names = sorted({telling.language(code) for each in found for code in each.languages})
    many = "One concern waits" if len(found) == 1 else f"{len(found)} concerns wait"
    late = sum(each.standing == "overdue" and not each.ended for each in found)
    danger = any(each.danger for each in found)
    sentence = f"In {', '.join(names)}."
    if danger:
        sentence += " One of them may speak of danger: begin there."
    elif late:
        sentence += f" {'One is' if late == 1 else f'{late} are'} late."
    yield Matter(
        f"{many} to be put into another language", sentence, reverse("interpreting"), "Begin", on,
        pressing=danger or bool(late),
    )  # fmt: skip


def _line(line: queries.ToInterpret, at: datetime) -> dict[str, object]:
    return {
        "line": line,
        "languages": ", ".join(telling.language(code) for code in line.languages),
        "standing": telling.stands(line.due_at, line.answered_at, line.standing, at, ended=line.ended),
        "raised": telling.moment(line.raised_at, at),
    }


def _page(
    request: HttpRequest, reference: str, refused: Refused | None = None, text: int | None = None, words: str = ""
) -> HttpResponse:
    viewer, at = viewer_of(request), timezone.now()
    seen = queries.to_interpret(reference, at=at, viewer=viewer)
    mine = queries.languages_read(viewer=viewer)
    shown = {
        "seen": seen,
        "category": telling.category(seen.category, snapshot.hearing()),
        "standing": telling.stands(seen.due_at, seen.answered_at, seen.standing, at, ended=seen.ended),
        "texts": [
            {
                "text": each,
                "source": telling.language(each.source) if each.source else "a language nobody has told",
                "target": telling.language(each.target),
                "at": telling.moment(each.at, at),
                "words": words if each.number == text else each.before,
                "wrong": each.number == text and refused is not None,
                "may": mine is None or each.other in mine,
            }
            for each in seen.texts
        ],
        "refusal": refused.sentence if refused else "",
        "refusal_field": f"words_{text}" if refused and text is not None else "",
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "desk/interpreting/one.html", shown, status=422 if refused else 200)


urls = [
    path("interpreting/", queue, name="interpreting"),
    path("interpreting/<str:reference>/", one, name="interpret"),
    path("concerns/<str:reference>/language/", ask, name="ask-interpreter"),
]
