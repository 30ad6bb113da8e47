"""The addresses of the resident's pages; those in a language stand under its prefix."""

from __future__ import annotations

from django.urls import path

from byname.interfaces.public.views import (
    checking,
    finding,
    following,
    joining,
    meeting,
    phoning,
    printing,
    raising,
    seen,
    standing,
    weekly,
)

spoken = [
    path("", finding.home, name="home"),
    path("find", finding.find, name="find"),
    path("areas", finding.areas, name="areas"),
    path("at/<slug:slug>", meeting.area, name="area"),
    path("at/<slug:slug>/check", checking.check, name="check-here"),
    path("at/<slug:slug>/posters", printing.posters, name="posters"),
    path("at/<slug:slug>/poster-<str:paper>.pdf", printing.poster, name="poster"),
    path("at/<slug:slug>/heard", seen.here, name="heard-here"),
    path("at/<slug:slug>/heard.<slug:form>", seen.feed, name="heard-feed"),
    path("at/<slug:slug>/weekly", weekly.ask, name="weekly-asked"),
    path("heard/", seen.city, name="heard"),
    path("join/<str:reference>", joining.join, name="join"),
    path("weekly/<str:key>/", weekly.letter, name="weekly"),
    path("weekly/<str:key>/stop", weekly.stop, name="weekly-stop"),
    path("check", checking.check, name="check"),
    path("raise/", raising.tell, name="raise"),
    path("raise/send", raising.send, name="raise-send"),
    path("c/<str:link>/", following.follow, name="follow"),
    path("c/<str:link>/send", following.send, name="follow-send"),
    path("c/<str:link>/photo-<int:number>.jpg", following.photo, name="follow-photo"),
    path("c/<str:link>/letters", following.letters, name="follow-letters"),
    path("c/<str:link>/mine", following.mine, name="follow-mine"),
    path("c/<str:link>/phone", phoning.phone, name="follow-phone"),
    path("embed/<slug:slug>", meeting.embed, name="embed"),
    path("how-we-count", standing.counting, name="counting"),
    path("help-now", standing.help_now, name="help"),
    path("languages", standing.languages, name="languages"),
    path("about", standing.about, name="about"),
    path("demo/spoken-code/<str:reference>", checking.spoken_code, name="spoken-code"),
    path("parts", standing.parts, name="parts"),
]

neutral = [
    path("language/<str:code>", standing.choose_language, name="choose-language"),
    path("photo/<str:reference>/<str:size>.<str:form>", meeting.photo, name="photo"),
    path("colours/<str:light>-<str:dark>.css", standing.colours, name="colours"),
    path("sitemap.xml", standing.sitemap, name="sitemap"),
    path("robots.txt", standing.robots, name="robots"),
]
