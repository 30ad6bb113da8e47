"""The addresses of the resident's pages; those in a language stand under its prefix."""

from __future__ import annotations

from django.urls import path

from byname.interfaces.public import views

spoken = [
    path("", views.home, name="home"),
    path("find", views.find, name="find"),
    path("areas", views.areas, name="areas"),
    path("at/<slug:slug>", views.area, name="area"),
    path("at/<slug:slug>/check", views.check, name="check-here"),
    path("at/<slug:slug>/posters", views.posters, name="posters"),
    path("at/<slug:slug>/poster-<str:paper>.pdf", views.poster, name="poster"),
    path("check", views.check, name="check"),
    path("embed/<slug:slug>", views.embed, name="embed"),
    path("how-we-count", views.counting, name="counting"),
    path("help-now", views.help_now, name="help"),
    path("languages", views.languages, name="languages"),
    path("about", views.about, name="about"),
    path("demo/spoken-code/<str:reference>", views.spoken_code, name="spoken-code"),
    path("parts", views.parts, name="parts"),
]

neutral = [
    path("language/<str:code>", views.choose_language, name="choose-language"),
    path("photo/<str:reference>/<str:size>.<str:form>", views.photo, name="photo"),
    path("colours/<str:light>-<str:dark>.css", views.colours, name="colours"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
