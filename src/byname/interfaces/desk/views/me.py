"""An officer's own desk: their page as residents see it, their photo, their code; and hiding somebody now."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf.locale import LANG_INFO
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.interfaces import snapshot
from byname.interfaces.http import held_up, see_other, staff, viewer_of
from byname.people import actions as people_actions
from byname.people import queries as people
from byname.people import rules
from byname.postings import actions as postings_actions
from byname.postings import queries as postings
from byname.safekeeping.limits import Limit
from byname.vocabulary import Actor, FileRefused, NotThere, Refused

_asked_or_sent = require_http_methods(["GET", "HEAD", "POST"])

# What residents' pages can say in every language, or in the language itself.
_SAID_BESIDE: Final = {
    "am": "Amharic",
    "ase": "American Sign Language",
    "gu": "Gujarati",
    "oj": "Ojibwe",
    "so": "Somali",
    "ti": "Tigrinya",
    "tw": "Twi",
    "yue": "Cantonese",
    "zh": "Mandarin",
}
_LANGUAGES: Final = sorted(
    (
        *_SAID_BESIDE.items(),
        *((code, about["name"]) for code, about in LANG_INFO.items() if code in rules.LANGUAGES and "name" in about),
    ),
    key=lambda pair: pair[1],
)
_MOST_LANGUAGES: Final = 8
_DONE: Final = {
    "words": "Saved. Residents see it now.",
    "photo": "Your photo is up. Residents see it now.",
    "no-photo": "Your photo is gone: destroyed in every size.",
    "shown": "You are back. Residents see you again.",
}
PHOTOS: Final = Limit("own-photo", 20, 15 * 60)
"""How many photos one account may send: each takes the server a second or so."""
MOST_TURNS: Final = 15
"""The code renews itself for so many minutes; then somebody must ask, so that a phone left lying signs itself out."""


class Words(forms.Form):
    """What an officer says of themselves."""

    shown_as = forms.ChoiceField(label="How much of my name is shown")
    pronunciation = forms.CharField(
        label="How to say my name", required=False, help_text="Such as: ah-MAH-rah. Shown with the whole name only."
    )
    words = forms.CharField(
        label="A few words from me",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 400}),
        help_text="Up to 400 characters, shown as you write them, in one language. Not where you will be, or when.",
    )
    phone = forms.CharField(
        label="Phone", required=False, widget=forms.TextInput(attrs={"type": "tel"}), help_text="Everybody will see it."
    )
    email = forms.CharField(
        label="E-mail",
        required=False,
        widget=forms.TextInput(attrs={"type": "email"}),
        help_text="Everybody will see it.",
    )
    languages = forms.Field(label="Languages I speak", required=False, widget=forms.MultipleHiddenInput())

    def clean_words(self) -> str:
        """The words as one paragraph, as the card shows them."""
        return " ".join(str(self.cleaned_data["words"]).split())

    def clean_languages(self) -> tuple[str, ...]:
        """Each language once, in the order chosen."""
        return tuple(dict.fromkeys(code for code in self.cleaned_data["languages"] or () if code))


@staff("edit_officer")
@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """My card exactly as residents see it, and what I may do about it."""
    viewer = viewer_of(request)
    entry = people.own_entry(viewer.officer, viewer=viewer)
    directory = snapshot.city()
    served = [
        (team, posting)
        for team in directory.serving
        for posting in (*team.postings, *team.covers)
        if posting.officer.reference == viewer.officer
    ]
    # The card is made from the register itself: what was saved a moment ago may not stand in the directory yet.
    officer = people.public_officers([viewer.officer], viewer=viewer).get(viewer.officer)
    card = None
    if officer is not None and served:
        _, posting = served[0]
        card = postings.PublicPosting(officer, posting.role, posting.since, posting.until)
    shown = {
        "entry": entry,
        "card": card,
        "teams": [team for team, _ in served],
        "directory": directory,
        "done": _DONE.get(request.GET.get("done", "")),
    }
    return render(request, "desk/me/page.html", shown)


@staff("edit_officer")
@_asked_or_sent
def my_words(request: HttpRequest) -> HttpResponse:
    """What I say of myself, to be changed."""
    viewer = viewer_of(request)
    entry = people.own_entry(viewer.officer, viewer=viewer)
    own = entry.own
    if request.method == "POST":
        form = Words(request.POST)
    else:
        form = Words(initial={name: getattr(own, name) for name in own.__slots__})
    _choose_among(form, entry)
    if request.method == "POST" and form.is_valid():
        try:
            people_actions.change_entry(
                viewer.officer, rules.OwnWords(**form.cleaned_data), by=viewer, at=timezone.now()
            )
        except FileRefused as no:
            for fault in no.faults:
                form.add_error(fault.column, f"This should be {fault.expected}.")
        else:
            return see_other(f"{reverse('my-page')}?done=words")
    chosen = form["languages"].value() or ()
    slots = [*(code for code in chosen if code), "", ""][:_MOST_LANGUAGES]
    shown = {"form": form, "slots": slots, "languages": _offered(own.languages)}
    return render(request, "desk/me/words.html", shown, status=422 if form.errors else 200)


def _choose_among(form: Words, entry: people.OwnEntry) -> None:
    choice = form.fields["shown_as"]
    if isinstance(choice, forms.ChoiceField):
        choice.choices = entry.names


def _offered(own: tuple[str, ...]) -> list[tuple[str, str]]:
    known = dict(_LANGUAGES)
    return [*_LANGUAGES, *((code, code) for code in own if code not in known)]


@staff("give_photo")
@_asked_or_sent
def my_photo(request: HttpRequest) -> HttpResponse:
    """A photo of me, given with consent."""
    viewer = viewer_of(request)
    entry = people.own_entry(viewer.officer, viewer=viewer)
    refusal: Refused | None = None
    if request.method == "POST":
        too_often = held_up(request, PHOTOS, str(viewer.account_id))
        if too_often is not None:
            return too_often
        file = request.FILES.get("photo")
        try:
            if file is None:
                raise Refused("Choose a photo first.", code="no-photo", field="photo")
            content = file.read() if (file.size or 0) <= rules.LARGEST_PHOTO else b"\0" * (rules.LARGEST_PHOTO + 1)
            people_actions.give_own_photo(
                viewer.officer, content, agreed=request.POST.get("agreed", ""), by=viewer, at=timezone.now()
            )
        except NotThere:
            raise
        except Refused as no:
            refusal = no
        else:
            return see_other(f"{reverse('my-page')}?done=photo")
    code, sentences = rules.PHOTO_AGREEMENT
    shown = {
        "entry": entry,
        "agreement": code,
        "sentences": sentences,
        "refusal": refusal.sentence if refusal else "",
        "refusal_field": (refusal.field or "photo") if refusal else "",
    }
    return render(request, "desk/me/photo.html", shown, status=422 if refusal else 200)


@staff("withdraw_photo")
@require_POST
def my_photo_away(request: HttpRequest) -> HttpResponse:
    """My photo taken back, in one tap."""
    viewer = viewer_of(request)
    if not viewer.officer:
        raise NotThere
    postings_actions.withdraw_photo(viewer.officer, by=viewer, at=timezone.now())
    return see_other(f"{reverse('my-page')}?done=no-photo")


@staff("see_spoken_code")
@require_safe
def my_code(request: HttpRequest) -> HttpResponse:
    """The six digits to speak this minute."""
    viewer = viewer_of(request)
    at = timezone.now()
    minute = rules.minute_of(at)
    code = people.spoken_code_of(viewer.officer, minute, viewer=viewer)
    turn = request.GET.get("turn", "")
    turns = int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 4 else 0
    shown = {
        "code": code,
        "left": 60 - int(at.timestamp()) % 60,
        "next": f"{reverse('my-code')}?turn={turns + 1}" if turns < MOST_TURNS else "",
    }
    return render(request, "desk/me/code.html", shown)


@staff("hide_officer")
@_asked_or_sent
def hide_now(request: HttpRequest) -> HttpResponse:
    """Somebody hidden by badge number, at any hour; an officer is led to hiding themselves."""
    viewer = viewer_of(request)
    if rules.reach(viewer, "hide_officer") != "service":
        return see_other(reverse("my-page"))
    refusal, name = "", ""
    if request.method == "POST":
        name = request.POST.get("officer", "").strip().upper()
        try:
            officer = people.officer_to_hide(name, viewer=viewer)
        except NotThere:
            refusal = "No officer has that badge number. Nobody was hidden."
        else:
            postings_actions.hide_officer(officer.reference, by=viewer, at=timezone.now())
            return see_other(reverse("hide-officer", args=[officer.reference]))
    shown = {"refusal": refusal, "refusal_field": "officer", "name": name}
    return render(request, "desk/me/hide.html", shown, status=422 if refusal else 200)


@staff("hide_officer")
@_asked_or_sent
def hide_officer(request: HttpRequest, reference: str) -> HttpResponse:
    """An officer hidden by one tap, or shown again; then the posters to replace."""
    viewer = viewer_of(request)
    officer = people.officer_to_hide(reference, viewer=viewer)
    mine = officer.reference == viewer.officer
    if request.method == "POST":
        if request.POST.get("do") == "show":
            postings_actions.show_officer(officer.reference, by=viewer, at=timezone.now())
            if mine and rules.reach(viewer, "edit_officer"):
                return see_other(f"{reverse('my-page')}?done=shown")
        else:
            postings_actions.hide_officer(officer.reference, by=viewer, at=timezone.now())
        return see_other(reverse("hide-officer", args=[officer.reference]))
    directory = snapshot.city()
    slugs = postings.posters_showing(officer.reference, on=directory.on, viewer=viewer)
    areas = [directory.teams[slug].area for slug in slugs if slug in directory.teams]
    divisions = frozenset(area.division_code for area in areas) - {""}
    officer = people.officer_to_hide(officer.reference, divisions=divisions, viewer=viewer)
    shown: dict[str, Any] = {
        "officer": officer,
        "mine": mine,
        "areas": areas,
        "may_show": _may_show(viewer, officer.reference, {area.division_code for area in areas}),
    }
    return render(request, "desk/me/hidden.html", shown)


def _may_show(viewer: Actor, officer: str, divisions: set[str]) -> bool:
    return rules.may(viewer, "show_officer", rules.About(officer=officer, divisions=frozenset(divisions) - {""}))


urls = [
    path("me/", my_page, name="my-page"),
    path("me/words/", my_words, name="my-words"),
    path("me/photo/", my_photo, name="my-photo"),
    path("me/photo/away/", my_photo_away, name="my-photo-away"),
    path("me/code/", my_code, name="my-code"),
    path("hide/", hide_now, name="hide-now"),
    path("hide/<str:reference>/", hide_officer, name="hide-officer"),
]
