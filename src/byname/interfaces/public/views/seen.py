"""What strangers see of concerns: an area's page of what was heard and done, the whole city's map, and the feeds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import feedgenerator, translation
from django.utils.cache import get_conditional_response
from django.utils.html import escape, format_html_join
from django.utils.http import quote_etag
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from byname.concerns import queries as concerns
from byname.concerns import rules
from byname.interfaces import snapshot
from byname.interfaces.http import Audience, audience
from byname.interfaces.public import hearing, spots
from byname.interfaces.public.context import offered, origin_of
from byname.interfaces.public.templatetags import words
from byname.postings.queries import Team
from byname.vocabulary import PUBLIC

A_PAGE: Final = 20
_MOST_PAGES: Final = 10_000
_IN_A_FEED: Final = 50
_SPANS: Final = ("3", "12", "all")


@audience(Audience.PUBLIC)
@require_safe
def here(request: HttpRequest, slug: str) -> HttpResponse:
    """What was published of an area, the latest month first."""
    said = request.GET.get("page", "1")
    page = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 1
    return shown_here(request, slug, page=max(1, min(page, _MOST_PAGES)))


def shown_here(request: HttpRequest, slug: str, *, page: int = 1, status: int = 200, **shown: Any) -> HttpResponse:
    """The page of an area, with what is to be mended in its form."""
    team, hears = team_of(slug), snapshot.hearing()
    quarter = concerns.hearing_figures(slug, viewer=PUBLIC)
    lines, more = concerns.published_in(slug, page=page, page_size=A_PAGE, viewer=PUBLIC)
    said = {
        "slug": slug,
        "name": team.area.name,
        # Not "lines": those are the service's, in the foot of every page.
        "heard": [(line, hears.category(line.category)) for line in lines],
        "page": page,
        "more": more,
        "here": reverse("heard-here", args=[slug]),
        "languages": offered(snapshot.profile()),
        "chosen_language": translation.get_language(),
        "faults": {},
        "quarter": quarter,
        "quarter_last": month_before(quarter.quarter_on, -2) if quarter else None,
    }
    return render(request, "public/seen/heard.html", said | shown, status=status)


def team_of(slug: str) -> Team:
    """The area of an address, also where the programme is over or not yet."""
    team = snapshot.city().teams.get(slug)
    if team is None:
        raise Http404
    return team


@audience(Audience.PUBLIC)
@require_safe
def city(request: HttpRequest) -> HttpResponse:
    """The whole city's map of what was published, and how much by area: counted anew each time it is asked."""
    directory, hears = snapshot.city(), snapshot.hearing()
    category = hears.category(request.GET.get("category", ""))
    months = request.GET.get("months", "")
    months = months if months in _SPANS else "12"
    land = spots.ground(directory.territory)
    heard = concerns.heard_on_the_map(
        land.grid if land else concerns.Grid(0, 0, 1, 1),
        category=category.code if category else "",
        months_from=None if months == "all" else month_before(snapshot.today(), int(months) - 1),
        viewer=PUBLIC,
    )
    home = reverse("home")
    names = {slug: team.area.name for slug, team in directory.teams.items()}
    by_area = {slug: count for slug, count in heard.by_area.items() if slug in names}
    return render(
        request,
        "public/seen/city.html",
        {
            "map": spots.drawn(land, heard, home=home) if land else None,
            "schematic": directory.territory.schematic,
            "areas": _counted(by_area, names, home),
            "total": sum(by_area.values()),
            "categories": [each for each in hears.categories if each.kind != "complaint"],
            "category": category.code if category else "",
            "spans": [("3", _("The last three months")), ("12", _("The last twelve months")), ("all", _("Always"))],
            "chosen": months,
        },
    )


def month_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before a day's own."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _counted(by_area: Mapping[str, int], names: dict[str, str], home: str) -> SafeString:
    few = _("a few")
    rows = sorted((names[slug].casefold(), slug, count) for slug, count in by_area.items())
    return format_html_join(
        "\n",
        '<li><a href="{}at/{}/heard"><bdi>{}</bdi></a> <b>{}</b></li>',
        ((home, slug, names[slug], count if count >= concerns.LEAST_TOLD else few) for _name, slug, count in rows),
    )


class _Dated:
    """A feed that says when it changed last, also while it is empty: asked twice, it is the same."""

    feed: dict[str, Any]

    def latest_post_date(self) -> datetime:
        """When anything in it was published, changed or taken back last."""
        moved: datetime = self.feed["moved_at"]
        return moved


class _Atom(_Dated, feedgenerator.Atom1Feed):
    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        """What stands in an entry is an officer's own, in the service's language, whatever the feed's is."""
        return {"xml:lang": settings.LANGUAGE_CODE}


class _Rss(_Dated, feedgenerator.Rss201rev2Feed):
    pass


_KINDS: Final[Mapping[str, tuple[type[_Atom] | type[_Rss], str]]] = {
    "atom": (_Atom, "application/atom+xml"),
    "rss": (_Rss, "application/rss+xml"),
}


@audience(Audience.PUBLIC)
@require_safe
def feed(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """What was published last of an area, for feed readers: nothing but what its page shows."""
    team, hears = team_of(slug), snapshot.hearing()
    if form not in _KINDS:
        raise Http404
    make, kind = _KINDS[form]
    lines, moved = concerns.newest_in(slug, most=_IN_A_FEED, viewer=PUBLIC)
    page = origin_of(request) + reverse("heard-here", args=[slug])
    code = translation.get_language() or settings.LANGUAGE_CODE
    made = make(
        title=f"{_('What we heard, what we did')} · {team.area.name}",
        link=page,
        description=_("What people told the officers of this area, in the officers' own words, and what came of it."),
        language=code,
        author_name=snapshot.profile().name or "byname",
        feed_url=origin_of(request) + request.path,
        moved_at=moved or datetime(2000, 1, 1, tzinfo=UTC),
    )
    for line in lines:
        category = hears.category(line.category)
        told = [escape(words.month(line.month_on)), escape(str(hearing.SEEN_STATES[line.state]))]
        if line.done:
            told.append(escape(f"{_('What was done:')} {rules.tidied(line.done)}"))
        made.add_item(
            title=rules.tidied(line.words),
            link=f"{page}#{line.reference}",
            # Of both kinds of feed, readers take it for HTML.
            description="<br>".join(told),
            unique_id=f"{origin_of(request)}/at/{slug}/heard#{line.reference}",
            unique_id_is_permalink=False,
            pubdate=line.published_at,
            updateddate=line.changed_at,
            categories=[category.name(code)] if category else [],
        )
    body = made.writeString("utf-8").encode()
    answer = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:24])
    answer.headers["ETag"] = etag
    # No Last-Modified: nothing public is told finer than the day, and a day may bring more than one change.
    return get_conditional_response(request, etag=etag, response=answer) or answer
