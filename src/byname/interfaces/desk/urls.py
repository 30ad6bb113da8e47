"""The addresses of the desk, all below /desk/: each module of views lists its own."""

from __future__ import annotations

from byname.interfaces.desk.views import (
    accounts,
    areas,
    calendar,
    concern,
    concerns,
    conflicts,
    continuity,
    cover,
    desk,
    handover,
    hours,
    letters,
    me,
    planning,
    readings,
    recording,
    register,
    signing,
)

urlpatterns = [
    *desk.urls,
    *signing.urls,
    *recording.urls,
    *concerns.urls,
    *concern.urls,
    *accounts.urls,
    *conflicts.urls,
    *readings.urls,
    *areas.urls,
    *register.urls,
    *planning.urls,
    *calendar.urls,
    *cover.urls,
    *handover.urls,
    *continuity.urls,
    *hours.urls,
    *me.urls,
    *letters.urls,
]
