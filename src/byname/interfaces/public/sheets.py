"""An area's poster and card: the team's words and pictures, gathered for the printer."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from byname.interfaces import reviewed
from byname.interfaces.public import names
from byname.interfaces.public.posters import Paper, Poster, PosterOfficer, PosterWords, poster_pdf
from byname.interfaces.public.templatetags.words import full_day
from byname.people import queries as people
from byname.places.queries import ServiceProfile
from byname.postings.queries import PublicOfficer, PublicPosting, Team
from byname.vocabulary import PUBLIC

PAPERS: Final[tuple[Paper, ...]] = ("a4", "letter", "door")


def _picture(officer: PublicOfficer) -> tuple[bytes | None, str | None]:
    if officer.photo is None:
        return None, None
    form = "svg" if "svg" in officer.photo.formats else "jpeg"
    found = people.photo(officer.reference, "large", form, viewer=PUBLIC)
    return (bytes(found.content), form) if found else (None, None)


def _officer(posting: PublicPosting) -> PosterOfficer:
    officer = posting.officer
    picture, form = _picture(officer)
    return PosterOfficer(
        name=officer.name,
        rank=names.rank_name(officer.rank),
        languages=names.language_names(officer.languages),
        role=_("Leads the team") if posting.role == "lead" else None,
        pronunciation=officer.pronunciation or None,
        leads=posting.role == "lead",
        picture=picture,
        picture_format=form,  # type: ignore[arg-type]  # "svg" or "jpeg": what _picture gives
    )


def _reach(team: Team) -> str:
    if team.area.phone:
        return _("Leave them a message: %(phone)s") % {"phone": team.area.phone}
    return _("Write to them: %(email)s") % {"email": team.area.email} if team.area.email else ""


def sheet(team: Team, service: ServiceProfile, paper: Paper, *, origin: str, on: date) -> bytes:
    """The sheet as PDF in the language of the page; raises Refused where the team has nobody to show."""
    lines = {line.key: line for line in service.lines}
    emergency = lines["emergency"].shown if "emergency" in lines else "911"
    danger, danger_original = reviewed.safety("In danger? Call %(number)s now.")
    urgent = lines.get("non_emergency")
    not_urgent, not_urgent_original = reviewed.safety("Police, when it is not urgent: %(number)s")
    number = {"number": urgent.shown if urgent else ""}
    url = origin + reverse("area", args=[team.area.slug])
    return poster_pdf(
        Poster(
            language=translation.get_language() or "en",  # type: ignore[arg-type]  # one of settings.LANGUAGES
            direction="rtl" if translation.get_language_bidi() else "ltr",
            title=team.area.name,
            service=service.name,
            division=team.division.name if team.division else "",
            officers=tuple(_officer(posting) for posting in team.postings),
            words=PosterWords(
                headline=_("Your neighbourhood officers"),
                reach=_reach(team),
                danger=danger % {"number": emergency},
                not_urgent=not_urgent % number if urgent else "",
                scan=_("Scan to meet them"),
                demonstration=_("This is a demonstration with invented data."),
                danger_original=danger_original % {"number": emergency} if danger_original else None,
                not_urgent_original=not_urgent_original % number if not_urgent_original and urgent else None,
                unreviewed=_("This translation has not been checked yet.") if danger_original else None,
            ),
            page_url=url,
            reference=f"{team.area.slug[:24]}-{on:%y%m%d}",
            printed_on=full_day(on),
            demo=service.demo,
        ),
        paper=paper,
    )
