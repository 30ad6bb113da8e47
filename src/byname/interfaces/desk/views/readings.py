"""Who looked at what and why: the overseer's view, and everybody's own."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from byname.interfaces import snapshot
from byname.interfaces.desk import days, paging, sheets, wording
from byname.interfaces.http import staff, viewer_of
from byname.people import queries as people
from byname.people import rules
from byname.postings import queries as postings
from byname.vocabulary import Actor

A_PAGE: Final = 50
IN_A_FILE: Final = 100_000
DAYS_SHOWN: Final = 30
LONGEST: Final = timedelta(days=366)
MOST_STANDING_OUT: Final = 12
_KEPT_SECONDS: Final = 60
WAYS: Final = (("", "Each look"), ("person", "By person"), ("record", "By record"), ("day", "By day"))
"""The ways to look at it, as they stand in the address and as they are said."""


class Names(forms.Select):
    """A list of choices, written at once: a template for each of hundreds costs more than all the rest."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The list, with the one that was chosen."""
        about = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        chosen = "" if value is None else str(value)
        options = [
            f'<option value="{escape(str(key))}"{" selected" * (str(key) == chosen)}>{escape(str(says))}</option>'
            for key, says in self.choices
        ]
        return mark_safe(f"<select{about}>{''.join(options)}</select>")  # noqa: S308 - all is escaped where it enters


class Which(forms.Form):
    """Which readings are asked for."""

    person = forms.TypedChoiceField(label="Person", required=False, coerce=int, empty_value=None, widget=Names)
    record = forms.CharField(
        label="Record", required=False, max_length=60, help_text="A reference, such as O-7K3M9Q or H-2M4R7T."
    )
    what = forms.ChoiceField(label="What was looked at", required=False, widget=Names)
    first = days.Day(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last = days.Day(label="Up to and with", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, given: dict[str, Any], readers: Iterable[people.Reader]) -> None:
        super().__init__(given, auto_id="id_%s")
        names = [(str(reader.account_id), _named(reader)) for reader in readers]
        kinds = [(event, says[0].upper() + says[1:]) for event, says in rules.LOOKED_AT.items()]
        _choices(self.fields["person"], [("", "Everybody"), *names])
        _choices(self.fields["what"], [("", "Everything but this page"), *kinds])

    def clean(self) -> dict[str, Any]:
        """The answers, where the days are in order and not too many."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "Choose a day that is not before the first one.")
        elif first and last and last - first >= LONGEST:
            self.add_error("first", "Choose a year or less.")
        return given


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What one person looked at in all these days."""

    account_id: int
    name: str
    lookings: int
    days: int
    most_in_a_day: int
    standing_out: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """What everybody looked at on one day."""

    on: date
    lookings: int
    people: int
    standing_out: int


@staff("see_readings")
@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """Who looked at what: each look, by person, by record, or by day."""
    viewer = viewer_of(request)
    form, asked, readers = _asked(request)
    way = request.GET.get("by", "")
    way = way if way in dict(WAYS) else ""
    plain = _plain(form, asked)
    # Written to the ledger each time; what is counted beside stands as long as there are the same looks.
    found = people.looks(
        asked,
        viewer=viewer,
        at=timezone.now(),
        known=readers,
        skip=(paging.asked_for(request) - 1) * A_PAGE,
        most=0 if way else A_PAGE,
    )
    query = urlencode(plain)
    same = _SameLooks(found.total, found.latest, int(time.monotonic() / _KEPT_SECONDS))
    shown = {
        "form": form,
        "asked": asked,
        "total": found.total,
        "counted": _counted(asked, way, query, viewer, readers, same) if found.total else None,
        "lines": _rows(found.lines, whose="their", named=True),
        "pages": paging.pages(request, found.total, A_PAGE),
        "narrowed": bool(form.errors or asked.account_id or asked.record or asked.event or plain),
        "ways": [{"says": says, "here": key == way, "query": _query(plain, by=key)} for key, says in WAYS],
        "way": way,
        "query": query,
    }
    return render(request, "desk/readings/readings.html", shown)


@dataclass(frozen=True, slots=True)
class _SameLooks:
    """While none of these changes, what was counted of the looks need not be counted again."""

    total: int
    latest: int
    minute: int
    """Officers' hours are looked up again each minute."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """The looks counted, as it stands on the page; and how many people looked."""

    people: int
    told: SafeString


@lru_cache(maxsize=32)
def _counted(
    asked: people.Asked,
    way: str,
    query: str,
    viewer: Actor,
    readers: tuple[people.Reader, ...],
    _same: _SameLooks,
) -> _Counted:
    """What stands out, or the looks by person, by record or by day: remembered, for it takes a pass over them all."""
    shown: dict[str, Any] = {"way": way, "query": query}
    if way == "record":
        shown["by_record"], who = people.records_read(asked, viewer=viewer)
        return _Counted(who, render_to_string("desk/readings/counted.html", shown))
    on_duty = _on_duty(asked, readers, viewer)
    if not way:
        out = people.standing_out(
            asked, viewer=viewer, at=timezone.now(), on_duty=on_duty, known=readers, most=MOST_STANDING_OUT
        )
        shown |= {"standing_out": out.days, "more_standing_out": out.in_all - len(out.days)}
        return _Counted(out.people, render_to_string("desk/readings/standing_out.html", shown))
    days_read = people.days_read(asked, viewer=viewer, at=timezone.now(), on_duty=on_duty, known=readers)
    shown |= {"by_person": _by_person(days_read)} if way == "person" else {"by_day": _by_day(days_read)}
    who = len({day.account_id for day in days_read})
    return _Counted(who, render_to_string("desk/readings/counted.html", shown))


@staff("see_readings")
@require_safe
def readings_file(request: HttpRequest) -> HttpResponse:
    """The same as a CSV file, one look a line."""
    viewer = viewer_of(request)
    _, asked, readers = _asked(request)
    at = timezone.now()
    found = people.looks(asked, viewer=viewer, at=at, known=readers, most=IN_A_FILE, as_file=True)
    on_duty = _on_duty(asked, readers, viewer)
    days_read = people.days_read(asked, viewer=viewer, at=at, on_duty=on_duty, known=readers)
    why = {(day.account_id, day.day.on): " ".join(day.stands_out) for day in days_read}
    head = ("line", "at", "account", "person", "looked_at", "record", "reason", "outside", "day_stands_out")
    lines = []
    for line in found.lines:
        at = timezone.localtime(line.at)
        outside, stands_out = "yes" if line.outside else "", why.get((line.account_id or 0, at.date()), "")
        lines.append(
            (
                line.number, at.isoformat(timespec="seconds"), line.account_id or "", line.name, line.what,
                line.record, line.reason, outside, stands_out,
            )
        )  # fmt: skip
    return sheets.sheet(f"readings-{asked.first}-{asked.last}", head, lines)


@staff("see_own_readings")
@require_safe
def my_readings(request: HttpRequest) -> HttpResponse:
    """What is recorded of my own reading."""
    skip = (paging.asked_for(request) - 1) * A_PAGE
    lines, total = people.own_readings(viewer=viewer_of(request), at=timezone.now(), skip=skip, most=A_PAGE)
    shown = {
        "lines": _rows(lines, whose="your", named=False),
        "total": total,
        "pages": paging.pages(request, total, A_PAGE),
    }
    return render(request, "desk/readings/mine.html", shown)


def _asked(request: HttpRequest) -> tuple[Which, people.Asked, tuple[people.Reader, ...]]:
    """The form as it was sent, what it asks for (the last thirty days where it cannot be read), and all who read."""
    readers = people.readers(viewer=viewer_of(request))
    today = snapshot.today()
    usual = {"first": (today - timedelta(days=DAYS_SHOWN - 1)).isoformat(), "last": today.isoformat()}
    given = {name: value for name in Which.base_fields if (value := request.GET.get(name, "").replace("\0", ""))}
    form = Which(usual | given, readers)
    if not form.is_valid():
        return form, people.Asked(date.fromisoformat(usual["first"]), today), readers
    told = form.cleaned_data
    asked = people.Asked(told["first"], told["last"], told["person"], told["record"], told["what"])
    return form, asked, readers


def _on_duty(asked: people.Asked, readers: Iterable[people.Reader], viewer: Actor) -> dict[str, frozenset[date]]:
    """On which days those of the readers who are officers were on duty: of all, or of the one who is asked about."""
    officers = {
        reader.officer for reader in readers if reader.officer and asked.account_id in (None, reader.account_id)
    }
    return postings.days_on_duty(officers, first=asked.first, last=asked.last, viewer=viewer)


def _by_person(days: Iterable[people.ReadDay]) -> list[PersonRow]:
    rows: dict[int, PersonRow] = {}
    for each in days:
        row = rows.get(each.account_id) or PersonRow(each.account_id, each.name, 0, 0, 0, 0)
        rows[each.account_id] = replace(
            row,
            lookings=row.lookings + each.day.lookings,
            days=row.days + 1,
            most_in_a_day=max(row.most_in_a_day, each.day.records),
            standing_out=row.standing_out + bool(each.stands_out),
        )
    return sorted(rows.values(), key=lambda row: (-row.lookings, row.name.casefold()))


def _by_day(days: Iterable[people.ReadDay]) -> list[DayRow]:
    found: dict[date, list[people.ReadDay]] = defaultdict(list)
    for each in days:
        found[each.day.on].append(each)
    return [
        DayRow(on, sum(each.day.lookings for each in of), len(of), sum(bool(each.stands_out) for each in of))
        for on, of in sorted(found.items(), reverse=True)
    ]


def _plain(form: Which, asked: people.Asked) -> dict[str, str]:
    """What was asked for as it stands in an address, without what goes unsaid."""
    if form.errors:
        return {}
    told = {
        "person": str(asked.account_id or ""),
        "record": asked.record,
        "what": asked.event,
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
    }
    today = snapshot.today()
    if (asked.first, asked.last) == (today - timedelta(days=DAYS_SHOWN - 1), today):
        del told["first"], told["last"]
    return {name: value for name, value in told.items() if value}


def _query(plain: dict[str, str], **more: str) -> str:
    return urlencode({name: value for name, value in (plain | more).items() if value})


def _rows(lines: Iterable[people.ReadLine], *, whose: str, named: bool) -> SafeString:
    """Each look as a row of the table; `whose` area it may have been outside of."""
    # Written here and not in the template: fifty rows there cost more than all the questions of the page.
    rows = []
    for line in lines:
        what = f'{line.what}<br><span class="outside">outside {whose} own area</span>' if line.outside else line.what
        rows.append(
            f'<tr><th scope="row">{_moment(timezone.localtime(line.at))}</th>'
            f"{_cell('Who', escape(line.name)) if named else ''}{_cell('Looked at', what)}"
            f"{_cell('Record', escape(line.record))}"
            f"{_cell('Why', escape(wording.REASONS_TO_LOOK.get(line.reason, line.reason)))}</tr>"
        )
    return mark_safe("\n".join(rows))  # noqa: S308 - what people wrote is escaped where it enters


def _cell(says: str, told: str) -> str:
    return f'<td data-says="{says}">{told}</td>'


def _moment(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b, %H:%M}"


def _named(reader: people.Reader) -> str:
    return f"{reader.name} ({', '.join(reader.roles)})" if reader.roles else reader.name


def _choices(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


urls = [
    path("readings/", readings, name="readings"),
    path("readings.csv", readings_file, name="readings-file"),
    path("own/readings/", my_readings, name="my-readings"),
]
