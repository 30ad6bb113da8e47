"""Recording a concern for somebody at a counter, a door, on the phone or on paper: the same answers on one page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

import segno
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from byname.concerns import actions, rules
from byname.interfaces import lookup, site, snapshot
from byname.interfaces.desk import telling
from byname.interfaces.desk.views.concerns import choose
from byname.interfaces.http import staff, viewer_of
from byname.postings.queries import Found
from byname.vocabulary import NotThere, Point, Refused

_MOST_MEANT: Final = 6
_PLACES: Final = (
    ("address", "At an address, a crossing or a park"),
    ("area", "In the whole area"),
    ("untold", "They would rather not say exactly"),
)


def _lines(rows: int, most: int) -> dict[str, Any]:
    return {"max_length": most, "widget": forms.Textarea({"rows": rows, "dir": "auto"})}


class Written(forms.Form):
    """A concern as somebody tells it, with how it came and in which language to write to them."""

    number = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label="How do they tell you?",
        choices=[(code, telling.CHANNELS[code].capitalize()) for code in telling.RECORDED],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they tell you."},
    )
    place_kind = forms.ChoiceField(
        label="Where is it?",
        choices=_PLACES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it is."},
    )
    place = forms.CharField(
        label="The place in their words", help_text="An address, a crossing, a park. Never a flat.", required=False,
        max_length=160,
    )  # fmt: skip
    meant = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    area = forms.ChoiceField(label="Area", required=False, help_text="Where no address is told.")
    category = forms.ChoiceField(label="What is it about?", error_messages={"required": "Choose what it is about."})
    what = forms.CharField(
        label="What happens?", help_text="What people do, never who they are. In their words.",
        error_messages={"required": "Write what happens."}, **_lines(6, rules.LONGEST_WORDS),
    )  # fmt: skip
    days = forms.MultipleChoiceField(
        label="On which days?", choices=list(telling.DAYS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    times = forms.MultipleChoiceField(
        label="At what time?", choices=list(telling.TIMES.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    since = forms.ChoiceField(label="Since when?", choices=[("", "Not said"), *telling.SINCE.items()], required=False)
    help = forms.CharField(label="What would help?", required=False, **_lines(3, 1000))
    to_sergeant = forms.BooleanField(label="Past the team, to the sergeant", required=False)
    name = forms.CharField(label="Name", required=False, max_length=120)
    email = forms.CharField(label="E-mail", required=False, max_length=254)
    phone = forms.CharField(label="Phone", required=False, max_length=40)
    language = forms.ChoiceField(label="Language we write to them in", required=False)
    safe_hours = forms.CharField(
        label="When may we reach them?", help_text="Only if some hours are safe and others are not.", required=False,
        max_length=120,
    )  # fmt: skip
    never_visit = forms.BooleanField(label="Never visit", required=False)
    never_phone = forms.BooleanField(label="Never phone", required=False)
    under_18 = forms.BooleanField(label="They are under 18", required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        hearing = snapshot.hearing()
        choose(self, "category", [(each.code, each.name("en")) for each in hearing.raisable.values()], "Choose …")
        choose(self, "area", [(team.area.slug, team.area.name) for team in snapshot.city().serving], "Choose …")
        language = self.fields["language"]
        if isinstance(language, forms.ChoiceField):
            language.choices = telling.languages()


@dataclass(frozen=True, slots=True)
class Located:
    """Where a concern belongs, and the place as it is written down."""

    where: actions.Where
    name: str
    point: Point | None
    slug: str
    """The area's; empty where the programme is not yet."""


class _Unclear(Refused):
    """The address may mean several places: which of them is asked."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__("Several places are called that. Which one?", code="unclear", field="place")
        self.labels = labels


@staff("record_concern")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """The page to write a concern down; then what is read back aloud; then the receipt, printed or handed over."""
    if request.method != "POST":
        return _asking(request, Written(initial={"number": secrets.token_hex(16), "language": "en"}))
    form = Written(request.POST)
    if not form.is_valid():
        return _asking(request, form, status=422)
    do = request.POST.get("do", "")
    if do == "change":
        return _asking(request, form)
    try:
        located = _located(form.cleaned_data)
        raised = rules.checked(
            _raised(form.cleaned_data, located),
            categories=snapshot.hearing().raisable,
            languages=frozenset(dict(settings.LANGUAGES)),
        )
    except NotThere:
        raise
    except _Unclear as no:
        return _asking(request, form, no, no.labels, status=422)
    except Refused as no:
        return _asking(request, form, no, status=422)
    if do == "send":
        return _receipt(request, form, raised, located)
    return _read_back(request, form, raised, located)


def _asking(
    request: HttpRequest, form: Written, no: Refused | None = None, labels: tuple[str, ...] = (), status: int = 200
) -> HttpResponse:
    shown = {
        "form": form,
        "refusal": no.sentence if no else "",
        "refusal_field": no.field if no else "",
        "labels": labels,
        "offices": snapshot.hearing().offices,
    }
    return render(request, "desk/concerns/record.html", shown, status=status)


def _located(said: dict[str, Any]) -> Located:
    """Where it is: by an address that means one place, else by the area; Refused where neither tells."""
    city = snapshot.city()
    if said["place_kind"] != "address":
        team = city.team_of(said["area"])
        if team is None:
            raise Refused("Choose the area.", code="where", field="area")
        only = team.area.official_ids[0] if len(team.area.official_ids) == 1 else None
        where = actions.Where(team.area.division_code, team.area.slug, only, rules.reads(team.languages))
        return Located(where, said["place"], None, team.area.slug)
    words = said["meant"] or said["place"]
    if not words.strip():
        raise Refused("Write the address, the crossing or the park.", code="where", field="place")
    looked = lookup.look_up(words, city)
    inside = [each for each in looked.sightings if each.found is not None and each.point is not None]
    exact = [each for each in inside if each.label == said["meant"]]
    if not inside:
        raise Refused("No place here is called that. Choose the area instead.", code="where", field="place")
    if not exact and not looked.sure:
        raise _Unclear(tuple(dict.fromkeys(each.label for each in inside))[:_MOST_MEANT])
    sighting = (exact or inside)[0]
    return Located(_where(sighting.found), sighting.label, sighting.point, lookup.page_of(sighting.found) or "")


def _where(found: Found | None) -> actions.Where:
    if found is None:
        raise Refused("This place is outside the service’s area.", code="where", field="place")
    official = found.neighbourhood.official_id if found.neighbourhood else None
    if found.team:
        read = rules.reads(found.team.languages)
        return actions.Where(found.team.area.division_code, found.team.area.slug, official, read)
    return actions.Where(found.division.code if found.division else "", "", official)


def _raised(said: dict[str, Any], located: Located) -> rules.Raised:
    point = located.point
    told = rules.Told(
        what=rules.tidied(said["what"]),
        help=rules.tidied(said["help"]),
        days=tuple(said["days"]),
        times=tuple(said["times"]),
        since=said["since"],
        place=_line(located.name),
        lat=point.lat if point else None,
        lon=point.lon if point else None,
    )
    contact = rules.Contact(
        name=_line(said["name"]),
        email=said["email"],
        phone=said["phone"],
        safe_hours=_line(said["safe_hours"]),
        never_visit=said["never_visit"],
        never_phone=said["never_phone"],
    )
    return rules.Raised(
        category=said["category"],
        told=told,
        place_kind=said["place_kind"],
        channel=said["channel"],
        language=said["language"] or settings.LANGUAGE_CODE,
        to_sergeant=said["to_sergeant"],
        contact=contact,
        under_18=said["under_18"],
    )


def _line(words: str) -> str:
    return " ".join(rules.tidied(words).split())


def _read_back(request: HttpRequest, form: Written, raised: rules.Raised, located: Located) -> HttpResponse:
    words = f"{raised.told.what}\n{raised.told.help}"
    found = rules.danger(words)
    team = snapshot.city().team_of(located.where.area)
    known = [officer.officer.name for officer in (*team.postings, *team.covers)] if team else []
    shown = {
        "form": form,
        "raised": raised,
        "place": located.name or telling.PLACES.get(raised.place_kind, ""),
        "area": team.area.name if team else "",
        "category": telling.category(raised.category, snapshot.hearing()),
        "when": telling.when(raised.told),
        "channel": telling.CHANNELS[raised.channel],
        "language": telling.language(raised.language),
        "kinds": found.kinds if found else (),
        "hints": telling.told_names([hint.kind for hint in rules.hints(words, known)]),
    }
    return render(request, "desk/concerns/read_back.html", shown)


def _receipt(request: HttpRequest, form: Written, raised: rules.Raised, located: Located) -> HttpResponse:
    viewer, at = viewer_of(request), timezone.now()
    receipt = actions.raise_concern(
        raised,
        located.where,
        on=snapshot.today(),
        promise=snapshot.hearing().promise(timezone.get_current_timezone()),
        # Two people's forms never meet: the number counts together with who sends it.
        once=f"desk:{viewer.account_id}:{form.cleaned_data['number']}".encode(),
        by=viewer,
        at=at,
    ).as_shown(at)
    team = snapshot.city().team_of(located.where.area)
    lead = team.postings[0].officer if team and team.postings and not raised.to_sergeant else None
    with translation.override(raised.language):
        link = site.address() + reverse("follow", args=[receipt.link]) if receipt.link else ""
    shown = {
        "receipt": receipt,
        "link": link,
        "qr": segno.make(link, error="m", micro=False).svg_data_uri(scale=4, border=2) if link else "",
        "officer": lead,
        "title": telling.title(lead) if lead else "",
        "area": team.area.name if team else "",
        "sergeant": raised.to_sergeant or not located.where.area,
        "due": telling.moment(receipt.due_at, at),
        "reached": rules.reachable(raised.contact),
        "opens": bool(lead) and viewer.officer and located.where.area in viewer.areas,
    }
    return render(request, "desk/concerns/receipt.html", shown)


urls = [path("concerns/new/", record, name="record-concern")]
