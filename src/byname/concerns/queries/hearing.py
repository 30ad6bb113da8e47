"""How the service of this deployment hears concerns."""

from __future__ import annotations

from typing import Any

from byname.concerns import models, rules
from byname.people import rules as people_rules
from byname.vocabulary import Actor


def hearing(*, viewer: Actor) -> rules.Profile:
    """How the service hears concerns, as it was brought; byname's own way before that."""
    people_rules.require(viewer, "see_public")
    kept: dict[str, Any] | None = models.HearingProfile.objects.values_list("profile", flat=True).filter(pk=1).first()
    return rules.default_profile() if kept is None else rules.profile_from_kept(kept)
