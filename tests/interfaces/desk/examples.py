"""An example of every address with values in it: whoever adds such an address adds a line here.

`EXAMPLES` names each address that takes values and makes an `Example` of the town: values of something that is there,
and what it is about, as the table of permissions is asked. An address that takes none needs no line, unless who may
open it hangs on more than its act: then its `when` says on what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from byname.people import queries as people
from byname.people.models import Account
from byname.people.rules.permissions import NOTHING, About
from byname.vocabulary import SYSTEM, Actor
from tests.cast import IN_MILL, Cast


@dataclass(frozen=True)
class Town:
    """The invented city, with what the examples need in it beside the cast."""

    cast: Cast
    accounts: Mapping[str, Account]
    """Each walker's account, by the walker's name."""
    conflict: int
    """The number of a conflict that Ana declared."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """What the town's makers put in beside: postings, proposals, handovers, by name."""


@dataclass(frozen=True)
class Example:
    """One address filled in."""

    values: Mapping[str, object] = field(default_factory=dict)
    about: About = NOTHING
    ask: Mapping[str, Any] = field(default_factory=dict)
    post: Mapping[str, Any] = field(default_factory=dict)
    when: Callable[[Actor], bool] = lambda actor: True
    """What must hold of somebody beside the act the address is for."""
    asks_first: bool = False
    """Whether the page asks why before it looks: then it is the same page for what is not there."""


def _old_mill(closed: frozenset[str] = frozenset()) -> About:
    """Of the area Ana leads; `closed` are the codes of its places, for what a conflict of interest closes."""
    return About(area="old-mill", divisions=frozenset({"D1"}), places=closed)


def _ana(town: Town) -> About:
    return About(officer=town.cast.ana.reference, divisions=frozenset({"D1"}))


def _closed() -> frozenset[str]:
    return people.area_codes("old-mill", (1, 4), viewer=SYSTEM)


def _concern(**post: str) -> Callable[[Town], Example]:
    """The concern raised about the area Ana leads, with what is sent to this address."""
    return lambda town: Example({"reference": town.made["concern"]}, about=_old_mill(_closed()), post=post)


def _picture(*, apart: bool = False) -> Callable[[Town], Example]:
    """A picture sent with that concern: shown, or set apart."""
    return lambda town: Example(
        {"reference": town.made["concern"], "number": 2 if apart else 1}, about=_old_mill(_closed())
    )


def has_an_officer(actor: Actor) -> bool:
    """Whether somebody stands on the register themselves."""
    return bool(actor.officer)


EXAMPLES: Final[Mapping[str, Callable[[Town], Example]]] = {
    # Residents' pages and the API.
    "choose-language": lambda town: Example({"code": "fr"}),
    "photo": lambda town: Example({"reference": town.cast.chidi.reference, "size": "small", "form": "webp"}),
    "colours": lambda town: Example({"light": "1f4e79", "dark": "8fc1ee"}),
    "area": lambda town: Example({"slug": "old-mill"}),
    "check-here": lambda town: Example({"slug": "old-mill"}, post={"code": "123456"}),
    "posters": lambda town: Example({"slug": "old-mill"}),
    "poster": lambda town: Example({"slug": "old-mill", "paper": "letter"}),
    "embed": lambda town: Example({"slug": "old-mill"}),
    "spoken-code": lambda town: Example({"reference": town.cast.ana.reference}),
    "api:team": lambda town: Example(ask={"lat": IN_MILL.lat, "lon": IN_MILL.lon}),
    "api:neighbourhood": lambda town: Example({"official_id": 1}),
    "api:neighbourhood_team": lambda town: Example({"official_id": 1}),
    "api:area": lambda town: Example({"slug": "old-mill"}),
    "api:area_continuity": lambda town: Example({"slug": "old-mill"}),
    "open311-discovery": lambda town: Example({"form": "xml"}),
    "open311-services": lambda town: Example({"form": "json"}),
    "open311-service": lambda town: Example({"code": "traffic", "form": "xml"}),
    "open311-requests": lambda town: Example({"form": "json"}),
    "open311-request": lambda town: Example({"reference": "C-2222-2222-222", "form": "xml"}),
    "open311-token": lambda town: Example({"token": "none", "form": "json"}),
    "open311-elsewhere": lambda town: Example({"rest": "nowhere"}),
    # Signing in.
    "account_reset_password_from_key": lambda town: Example({"uidb36": "1", "key": "set-password"}),
    "invitation": lambda town: Example({"token": "nobody-was-sent-this"}),
    "openid_connect_login": lambda town: Example({"provider_id": "service"}),
    "openid_connect_callback": lambda town: Example({"provider_id": "service"}),
    "mfa_remove_webauthn": lambda town: Example({"pk": 1}),
    "mfa_edit_webauthn": lambda town: Example({"pk": 1}),
    # Accounts.
    "withdraw-invitation": lambda town: Example({"invitation_id": town.made["invitation"]}),
    "account": lambda town: Example({"account_id": town.accounts["officer of the area"].pk}),
    "change-account": lambda town: Example({"account_id": town.accounts["officer of the area"].pk}),
    "change-email": lambda town: Example({"account_id": town.accounts["officer of the area"].pk}),
    "reset-second-factor": lambda town: Example({"account_id": town.accounts["officer of the area"].pk}),
    "end-account": lambda town: Example({"account_id": town.accounts["officer of the area"].pk}),
    # Letters.
    "try-letter-again": lambda town: Example({"number": town.made["letter"]}),
    "let-letter-go": lambda town: Example({"number": town.made["letter"]}),
    "demo-letter": lambda town: Example({"name": "no-letter"}),
    # Areas, the register, planning.
    "desk-area": lambda town: Example({"slug": "old-mill"}, about=_old_mill()),
    "end-posting": lambda town: Example(
        {"slug": "old-mill", "reference": town.cast.ana.reference}, about=_old_mill(), post={"last_day": town.cast.on}
    ),
    "undo-end": lambda town: Example(
        {"slug": "old-mill", "reference": town.cast.lena.reference},
        about=_old_mill(),
        post={
            "reason": "stays",
            "first": town.cast.on - timedelta(days=900),
            "last": town.cast.on - timedelta(days=14),
        },
    ),
    "desk-officer": lambda town: Example({"reference": town.cast.ana.reference}, about=_ana(town)),
    "end-reason": lambda town: Example(
        {"reference": town.cast.lena.reference, "slug": "old-mill", "first": town.cast.on - timedelta(days=900)},
        about=_old_mill(),
        post={"reason": "supervision"},
        asks_first=True,
    ),
    "proposal": lambda town: Example({"number": town.made["proposal"]}, about=_old_mill()),
    "adopt-proposal": lambda town: Example({"number": town.made["proposal"]}, about=_old_mill()),
    "drop-proposal": lambda town: Example({"number": town.made["proposal"]}, about=_old_mill()),
    # Cover, handover, continuity.
    "cover-area": lambda town: Example({"slug": "old-mill"}, about=_old_mill()),
    "end-cover": lambda town: Example(
        {"slug": "old-mill"},
        about=_old_mill(),
        post={"officer": town.cast.dina.reference, "first_day": town.cast.on},
    ),
    "open-handover": lambda town: Example(
        {"slug": "old-mill"}, about=_old_mill(_closed()), post={"officer": town.cast.ana.reference}
    ),
    "handover": lambda town: Example({"reference": town.made["handover"]}, about=_old_mill()),
    "add-to-handover": lambda town: Example(
        {"reference": town.made["handover"]}, about=_old_mill(_closed()), post={"kind": "note", "words": "The keys."}
    ),
    "handover-item": lambda town: Example(
        {"reference": town.made["handover"]},
        about=_old_mill(_closed()),
        post={"item": town.made["item"], "do": "tick", "kind": "note"},
    ),
    "handover-word": lambda town: Example(
        {"reference": town.made["handover"]},
        about=_old_mill(_closed()),
    ),
    "handover-stand-in": lambda town: Example({"reference": town.made["handover"]}, about=_old_mill(_closed())),
    "handover-told": lambda town: Example(
        {"reference": town.made["handover"]}, about=_old_mill(), post={"day": town.cast.on}
    ),
    "continuity-csv": lambda town: Example({"which": "teams"}),
    # Concerns.
    "heard-here": lambda town: Example({"slug": "old-mill"}),
    "heard-feed": lambda town: Example({"slug": "old-mill", "form": "atom"}),
    "weekly-asked": lambda town: Example({"slug": "old-mill"}),
    "weekly": lambda town: Example({"key": town.made["weekly"]}),
    "weekly-stop": lambda town: Example({"key": town.made["weekly"]}),
    "join": lambda town: Example({"reference": town.made["published"]}),
    "follow-phone": lambda town: Example({"link": town.made["link"]}),
    "follow": lambda town: Example({"link": town.made["link"]}),
    "follow-send": lambda town: Example({"link": town.made["link"]}),
    "follow-photo": lambda town: Example({"link": town.made["link"], "number": 1}),
    "follow-letters": lambda town: Example({"link": town.made["link"]}),
    "follow-mine": lambda town: Example({"link": town.made["link"]}),
    "desk-concern": _concern(),
    "drop-list": lambda town: Example({"number": 1}, when=lambda actor: False),
    "concern-picture": _picture(),
    "set-picture-apart": _picture(),
    "picture-handed-over": _picture(apart=True),
    "answer-concern": _concern(words="We measure there."),
    "note-concern": _concern(words="The school agreed."),
    "take-concern": _concern(officer="nobody"),
    "concern-contact": _concern(reason="supervision"),
    "ask-interpreter": _concern(text="0", language="ur"),
    "interpret": lambda town: Example(
        {"reference": town.made["in Urdu"]},
        about=_old_mill(_closed()),
        post={"text": "0", "words": "Every morning cars drive very fast past the school."},
    ),
    "close-concern": _concern(choice="solved", words="The sign stands.", do="send"),
    "hand-on-concern": _concern(choice="city", words="Call 311.", do="send"),
    "ask-leaving": _concern(reason="order", tell="on"),
    "hold-concern": _concern(reason="claim", tell="on"),
    "leaving": lambda town: Example({"number": 1}, when=lambda actor: False),
    "take-leaving": lambda town: Example({"number": 1}, when=lambda actor: False),
    "publish-concern": _concern(words="Speeding in the morning", category="traffic", do="publish"),
    "published-concern": _concern(),
    "withdraw-concern": _concern(),
    "pass-on-concern": _concern(choice="harbour", words="It is theirs.", do="send"),
    # An officer's own desk, and hours.
    "my-page": lambda town: Example(when=has_an_officer),
    "my-words": lambda town: Example(when=has_an_officer),
    "my-photo": lambda town: Example(when=has_an_officer),
    "my-photo-away": lambda town: Example(when=has_an_officer),
    "hide-officer": lambda town: Example(
        {"reference": town.cast.ana.reference}, about=About(officer=town.cast.ana.reference)
    ),
    "hours-of-division": lambda town: Example(when=lambda actor: "sergeant" in actor.roles),
    "officer-hours": lambda town: Example({"reference": town.cast.ana.reference}, about=_ana(town)),
    # Conflicts of interest.
    "end-conflict": lambda town: Example(
        {"number": town.conflict}, about=About(account_id=town.accounts["officer of the area"].pk)
    ),
}
