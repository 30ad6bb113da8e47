"""Drawn portraits for invented officers: small SVG pictures, never anybody's likeness."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Presents = Literal["woman", "man"]
Covering = Literal["", "hijab", "turban", "patka", "cap"]
Beard = Literal["", "stubble", "short", "full", "moustache"]
Dot = tuple[int, int, int]
"""A circle: its centre and its radius."""

_EITHER: tuple[Presents, ...] = ("woman", "man")
_BEARDS: tuple[Beard, ...] = ("", "stubble", "short", "full", "moustache")

BACKGROUNDS = ("#dfe7ea", "#e9e2d3", "#dfe6d6", "#e9dfe4", "#f0e3d6", "#dde3ee")
SKINS = (
    ("#f5d3bd", "#e0b298", "#d07f71"),
    ("#f1cbac", "#d9a884", "#cf7f6a"),
    ("#e6b78f", "#c9946b", "#c06f58"),
    ("#d3a074", "#b27f54", "#ad5f49"),
    ("#b98258", "#966540", "#96503d"),
    ("#9a6843", "#7a4f31", "#8f473e"),
    ("#7b4d32", "#5e3924", "#93493f"),
    ("#5e3b27", "#45291a", "#8f4840"),
)
"""Each skin with its shade and its lips, from the lightest to the darkest."""
LIGHT_HAIR = ("#5a3a25", "#7c4a2a", "#a4562e", "#b98a4e", "#d0a964", "#3a261a")
DARK_HAIR = ("#17130f", "#221812", "#2f1f16")
GREY_HAIR = ("#8f8d8a", "#b9b6b1", "#6d6a67")
CLOTHS = ("#3d5a73", "#5b4a6b", "#3f6660", "#7a3b46", "#8a7a62", "#2e3a4d")

WOMEN_STYLES = ("long", "bob", "bun", "tail", "curls", "afro", "braids", "waves", "pixie")
MEN_STYLES = ("crop", "part", "fade", "quiff", "bald", "short curls", "receding", "twists")
COILED = ("afro", "braids", "short curls", "curls", "fade", "crop", "bun", "bald", "twists")
ONLY_COILED = ("afro", "braids", "twists")
TWISTS = (
    (36, -10, 12),
    (41, 0, 8),
    (47, 5, 6),
    (54, 8, 3),
    (61, 8, 3),
    (68, 8, 4),
    (74, 4, 6),
    (80, -2, 9),
    (84, -12, 12),
)


@dataclass(frozen=True, slots=True)
class Face:
    """What one portrait shows: every choice made, nothing left to chance."""

    skin: int
    hair: str
    style: str
    covering: Covering = ""
    cloth: str = CLOTHS[0]
    background: str = BACKGROUNDS[0]
    beard: Beard = ""
    glasses: Literal["", "round", "square"] = ""
    smile: Literal["closed", "open", "slight"] = "closed"
    width: int = 28
    jaw: int = 20
    chin: int = 101
    age: int = 0
    earrings: bool = False
    lashes: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What a face may show: `skins` are places in SKINS; None leaves a choice to chance."""

    presents: Presents | None = None
    skins: tuple[int, ...] = tuple(range(8))
    dark_hair: bool = False
    coiled: bool | None = None
    covering: Covering | None = None


ANYBODY = Limits()


def draw_face(seed: int, limits: Limits = ANYBODY) -> str:
    """A portrait as SVG, 120 by 140, the same for the same arguments; no script, no reference, no id inside."""
    return draw(choose_face(seed, limits))


def choose_face(seed: int, limits: Limits = ANYBODY) -> Face:
    """A face within the limits, the same for the same arguments."""
    chance = random.Random(f"face {seed}")
    who = chance.choice(_EITHER) if limits.presents is None else limits.presents
    skin = chance.choice(limits.skins)
    age = chance.choices((0, 1, 2), (55, 30, 15))[0]
    worn = _covering(chance, who, skin) if limits.covering is None else limits.covering
    styles: tuple[str, ...] = WOMEN_STYLES if who == "woman" else MEN_STYLES
    coiled = skin >= 5 if limits.coiled is None else limits.coiled
    if coiled:
        styles = tuple(style for style in styles if style in COILED)
    else:
        styles = tuple(
            style for style in styles if style not in ONLY_COILED and (style != "curls" or not limits.dark_hair)
        )
    style = chance.choices(styles, [1 if style == "bald" else 2 for style in styles])[0]
    hair = chance.choice(
        GREY_HAIR
        if age == 2
        else LIGHT_HAIR
        if skin <= 1 and not limits.dark_hair and chance.random() < 0.75
        else DARK_HAIR
    )
    beard: Beard = chance.choices(_BEARDS, (50, 15, 18, 9, 8))[0] if who == "man" else ""
    if worn in ("turban", "patka"):
        beard = "full" if worn == "turban" else "short"
    if worn == "cap":
        style = "tail" if who == "woman" else "crop"
    return Face(
        skin=skin,
        hair=hair,
        style=style,
        covering=worn,
        cloth=chance.choice(CLOTHS),
        background=chance.choice(BACKGROUNDS),
        beard=beard,
        glasses=chance.choices(("", "round", "square"), (78, 11, 11))[0],
        smile=chance.choices(("closed", "open", "slight"), (45, 35, 20))[0],
        width=chance.randint(26, 28) if who == "woman" else chance.randint(27, 30),
        jaw=chance.randint(15, 19) if who == "woman" else chance.randint(19, 24),
        chin=chance.randint(98, 101) if who == "woman" else chance.randint(100, 104),
        age=age,
        earrings=who == "woman" and worn != "hijab" and chance.random() < 0.4,
        lashes=who == "woman",
    )


def draw(face: Face) -> str:
    """The portrait of exactly this face as SVG."""
    skin, shade, lips = SKINS[face.skin]
    wrapped = f'<path fill="{face.cloth}" d="M30 60h60v50H30z"/>' if face.covering == "hijab" else ""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="6 4 108 126" width="120" height="140">',
        f'<path fill="{face.background}" d="M0 0h120v140H0z"/>',
        "" if face.covering in ("hijab", "turban", "patka") else _hair_behind(face),
        _uniform(),
        wrapped
        or f'<path fill="{skin}" d="M48 88h24v24q-12 12-24 0z"/><path fill="{shade}" opacity=".55" d="M48 97q12 12 24 0v7q-12 9-24 0z"/>',
        _head(face, skin, shade),
        _beard(face),
        _features(face, shade, lips),
        _hair_before(face) if face.covering == "" else _worn(face),
        _glasses(face),
        "</svg>",
    ]
    return "".join(parts)


def _covering(chance: random.Random, who: Presents, skin: int) -> Covering:
    roll = chance.random()
    if roll < 0.08:
        return "cap"
    if who == "woman":
        return "hijab" if roll < 0.2 else ""
    if 2 <= skin <= 5:
        return "turban" if roll < 0.22 else "patka" if roll < 0.27 else ""
    return ""


def _uniform() -> str:
    return (
        '<path fill="#2b4d70" d="M8 140c1-21 12-30 38-34l14 8 14-8c26 4 37 13 38 34z"/>'
        '<path fill="#37608a" d="M46 103l-7 5 10 16 11-9zM74 103l7 5-10 16-11-9z"/>'
        '<path fill="none" stroke="#1f3a57" stroke-width="1.4" d="M60 116v24M22 140c0-8 1-13 4-18M98 140c0-8-1-13-4-18"/>'
        '<rect x="77" y="120" width="16" height="5" rx="1.5" fill="#d9bd6a"/><path fill="#23425f" d="M27 120h15v20H27z"/>'
    )


def _head(face: Face, skin: str, shade: str) -> str:
    left, right = 60 - face.width, 60 + face.width
    low, jaw = face.chin, face.jaw
    ears = (
        ""
        if face.covering == "hijab"
        else f'<ellipse cx="{left}" cy="68" rx="4.5" ry="7" fill="{shade}"/><ellipse cx="{right}" cy="68" rx="4.5" ry="7" fill="{shade}"/>'
    )
    rings = (
        f'<circle cx="{left - 1}" cy="77" r="1.8" fill="#d9bd6a"/><circle cx="{right + 1}" cy="77" r="1.8" fill="#d9bd6a"/>'
        if face.earrings
        else ""
    )
    return (
        f"{ears}{rings}"
        f'<path fill="{skin}" d="M{left} 62C{left} 40 {left + 9} 29 60 29S{right} 40 {right} 62'
        f"C{right} 78 {62 + jaw} {low - 10} {60 + jaw // 2} {low - 2}Q60 {low + 3} {60 - jaw // 2} {low - 2}"
        f'C{58 - jaw} {low - 10} {left} 78 {left} 62z"/>'
    )


def _features(face: Face, shade: str, lips: str) -> str:
    brow = "#3a332d" if face.hair in GREY_HAIR or face.covering == "hijab" else face.hair
    if face.skin >= 5:
        brow = "#1c120c"
    eyes = "".join(
        f'<ellipse cx="{x}" cy="68" rx="4.6" ry="3.3" fill="#fbf8f4"/><circle cx="{x}" cy="68" r="2.9" fill="#2a1c14"/>'
        f'<circle cx="{x + 1}" cy="67" r=".9" fill="#fff"/>'
        for x in (48, 72)
    )
    lids = "M43 67.5q5-5.5 10.2-.3M66.8 67.2q5.2-5.2 10.2.3" + (
        "M43 67.5l-1.8-1.6M77 67.5l1.8-1.6" if face.lashes else ""
    )
    thick = 1.7 if face.lashes else 2.5
    cheek = f'<g fill="{lips}" opacity=".17"><circle cx="42" cy="78" r="6"/><circle cx="78" cy="78" r="6"/></g>'
    lines = (
        "",
        "M39.5 71l-3 1.4M80.5 71l3 1.4",
        "M39.5 70l-3 .4M40 72.5l-2.6 1.8M80.5 70l3 .4M80 72.5l2.6 1.8M53 46q7-2 14 0",
    )[face.age]
    if face.age:
        lines += "M48 80q-3 3-3 7M72 80q3 3 3 7"
    mouth = {
        "closed": f'<path fill="none" stroke="{lips}" stroke-width="2.4" d="M50 87q10 8 20 0"/>',
        "slight": f'<path fill="none" stroke="{lips}" stroke-width="2.4" d="M51.5 88q9 5 17.5-.6"/>',
        "open": f'<path fill="#fffaf5" stroke="{lips}" stroke-width="2" d="M49.5 85.5q10.5 3 21 0-2.5 8.5-10.5 8.5t-10.5-8.5z"/>',
    }[face.smile]
    return (
        f'{cheek}{eyes}<g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path stroke="#2a1c14" stroke-width="1.5" d="{lids}"/>'
        f'<path stroke="{brow}" stroke-width="{thick}" d="M41.5 60.5q6-4 12.5-1M66 59.5q6.5-3 12.5 1"/>'
        f'<path stroke="{shade}" stroke-width="2" d="M60 68q-.5 6-3.5 10 3.5 2.5 7 .5"/>'
        + (f'<path stroke="{shade}" stroke-width="1.2" d="{lines}"/>' if lines else "")
        + f"{mouth}</g>"
    )


def _beard(face: Face) -> str:
    if not face.beard:
        return ""
    left, right = 60 - face.width, 60 + face.width
    low, jaw = face.chin, face.jaw
    colour = "#1c130d" if face.skin >= 5 and face.hair not in GREY_HAIR else face.hair
    upper = "M47 84q13-8 26 0 1 4-2 5-11-5-22 0-3-1-2-5z"
    if face.beard == "moustache":
        return f'<path fill="{colour}" d="M48 85q3-5 12-4 9-1 12 4-6 0-12-1-6 1-12 1z"/>'
    deep = low + {"full": 9, "short": 3}.get(face.beard, -2)
    start = 70 if face.beard == "full" else 76
    body = (
        f"M{left + 1} {start}C{left + 1} 84 {57 - jaw} {deep - 10} {60 - jaw // 2} {deep - 1}Q60 {deep + 4} {60 + jaw // 2} {deep - 1}"
        f"C{63 + jaw} {deep - 10} {right - 1} 84 {right - 1} {start}C{right - 4} 82 76 83 72 82Q60 76 48 82C44 83 {left + 4} 82 {left + 1} {start}z"
    )
    opening = "M50 86q10-2 20 0-1 9-10 9t-10-9z"
    opacity = ' opacity=".28"' if face.beard == "stubble" else ""
    skin = SKINS[face.skin][0]
    if face.beard == "stubble":
        return f'<path fill="{colour}"{opacity} d="{body}"/>'
    return f'<path fill="{colour}" d="{body}{upper}"/><path fill="{skin}" d="{opening}"/>'


def _hair_behind(face: Face) -> str:
    left, right = 60 - face.width, 60 + face.width
    fill = f'fill="{face.hair}"'
    if face.style == "long":
        return f'<path {fill} d="M{left - 5} 122C{left - 9} 70 {left - 8} 17 60 17S{right + 8} 70 {right + 5} 122q-12 5-20-4H{left + 15}q-8 9-20 4z"/>'
    if face.style == "bob":
        return f'<path {fill} d="M{left - 3} 97C{left - 12} 60 {left - 6} 18 60 18S{right + 12} 60 {right + 3} 97q-12 5-18-3H{left + 15}q-6 8-18 3z"/>'
    if face.style == "waves":
        return (
            f'<path {fill} d="M{left - 2} 114c-12-7-2-14-7-23s4-12 0-22C{left - 9} 34 44 17 60 17s{right - 51} 17 {face.width + 9} 52'
            f'c-4 10 5 13 0 22s5 16-7 23c-8 3-14 1-18-3H{left + 15}c-4 4-10 6-17 3z"/>'
        )
    if face.style == "curls":
        side: tuple[Dot, ...] = (
            (36, 36, 13),
            (30, 52, 12),
            (28, 68, 12),
            (29, 84, 12),
            (34, 97, 10),
            (48, 25, 13),
            (64, 22, 13),
        )
        return _dots((*side, *((120 - x, y, r) for x, y, r in side[:6])), face.hair)
    if face.style == "afro":
        return f'<circle cx="60" cy="50" r="40" {fill}/>'
    if face.style == "braids":
        strands = "".join(
            f"M{x} 56C{x - 4} 84 {x - 3} 104 {x} 121M{120 - x} 56C{124 - x} 84 {123 - x} 104 {120 - x} 121"
            for x in (29, 35, 41)
        )
        return f'<path fill="none" stroke="{face.hair}" stroke-width="5.5" stroke-linecap="round" stroke-dasharray="5 1" d="{strands}"/>'
    if face.style == "bun":
        return f'<circle cx="60" cy="17" r="12" {fill}/>'
    if face.style == "tail":
        return f'<path {fill} d="M{right - 4} 40c14 2 18 20 15 38s-2 26-9 36c-8-4-10-14-8-30s-4-30-6-34z"/>'
    return ""


def _hair_before(face: Face) -> str:
    left, right = 60 - face.width, 60 + face.width
    fill = f'fill="{face.hair}"'
    crown = f"M{left - 3} 66C{left - 7} 32 40 18 60 18S{right + 7} 32 {right + 3} 66"
    shine = '<path fill="none" stroke="#fff" stroke-opacity=".13" stroke-width="2.5" stroke-linecap="round" d="M42 31q8-7 19-7"/>'
    fronts = {
        "long": f"{crown}C{right - 1} 54 {right - 6} 45 66 35Q63 33 60 30 57 33 54 35C{left + 6} 45 {left + 1} 54 {left - 3} 66z",
        "bob": f"{crown}C{right} 52 {right - 4} 46 {right - 8} 43Q70 47 60 46T{left + 8} 43C{left + 4} 46 {left} 52 {left - 3} 66z",
        "waves": f"{crown}C{right} 52 76 44 50 33 47 42 {left + 6} 48 {left - 3} 66z",
        "bun": f"{crown}C{right} 50 {right - 6} 40 60 37S{left} 50 {left - 3} 66z",
        "tail": f"{crown}C{right} 52 {right - 5} 43 48 35 42 42 {left} 50 {left - 3} 66z",
        "pixie": f"{crown}C{right} 54 {right - 4} 47 {right - 8} 44 66 47 54 43 49 36 48 44 {left + 2} 50 {left - 3} 66z",
        "crop": f"M{left - 2} 62C{left - 5} 34 40 21 60 21S{right + 5} 34 {right + 2} 62C{right} 54 {right - 2} 48 {right - 7} 43Q60 37 {left + 7} 43C{left + 2} 48 {left} 54 {left - 2} 62z",
        "part": f"M{left - 2} 63C{left - 6} 32 40 19 60 19S{right + 6} 32 {right + 2} 63C{right} 54 {right - 1} 49 {right - 6} 43 68 44 52 41 46 34 44 42 {left + 1} 46 {left - 2} 63z",
        "quiff": f"M{left - 2} 62C{left - 4} 44 {left} 36 {left + 3} 33 34 20 52 14 68 18 84 17 {right + 5} 34 {right + 2} 62C{right} 54 {right - 2} 46 {right - 6} 42Q64 36 {left + 7} 42C{left + 2} 47 {left} 54 {left - 2} 62z",
        "receding": f"M{left - 2} 66C{left - 5} 40 40 22 60 22S{right + 5} 40 {right + 2} 66C{right + 1} 56 {right - 2} 50 {right - 4} 42Q74 30 60 33 46 30 {left + 4} 42C{left + 2} 50 {left - 1} 56 {left - 2} 66z",
        "fade": f"M{left + 1} 47C{left + 1} 30 44 22 60 22S{right - 1} 30 {right - 1} 47Q{right - 4} 42 {right - 7} 41Q60 35 {left + 7} 41 {left + 4} 42 {left + 1} 47z",
    }
    if face.style in fronts:
        sides = (
            f'<path {fill} opacity=".4" d="M{left - 1} 64V46l4-7 3 3-4 9zM{right + 1} 64V46l-4-7-3 3 4 9z"/>'
            if face.style == "fade"
            else ""
        )
        return f'{sides}<path {fill} d="{fronts[face.style]}"/>' + ("" if face.style in ("fade", "receding") else shine)
    if face.style == "bald":
        return (
            f'<path {fill} opacity=".85" d="M{left - 2} 68q-2-12 3-19 1 10 1 17zM{right + 2} 68q2-12-3-19-1 10-1 17z"/>'
            '<path fill="none" stroke="#fff" stroke-opacity=".2" stroke-width="3" stroke-linecap="round" d="M46 37q6-4 12-4"/>'
        )
    if face.style == "braids":
        rows = "".join(f"M{x} 41Q{x + (60 - x) // 3} 30 60 22" for x in (38, 46, 54, 66, 74, 82))
        return (
            f'<path {fill} d="{crown}C{right} 50 {right - 6} 42 60 40S{left} 50 {left - 3} 66z"/>'
            f'<path fill="none" stroke="#fff" stroke-opacity=".14" d="{rows}"/>'
        )
    if face.style == "twists":
        locks = "".join(f"M{x} {30 - lift}q{(x - 60) // 8} -3 {(x - 60) // 3} {drop}" for x, lift, drop in TWISTS)
        return (
            f'<path {fill} d="M{left - 2} 60C{left - 5} 34 40 22 60 22S{right + 5} 34 {right + 2} 60Q{right - 4} 43 60 40T{left - 2} 60z"/>'
            f'<path fill="none" stroke="{face.hair}" stroke-width="6" stroke-linecap="round" d="{locks}"/>'
        )
    if face.style == "short curls":
        curls = ((35, 48, 7), (38, 39, 8), (45, 31, 9), (54, 27, 9), (63, 26, 9), (72, 29, 9), (80, 36, 8), (85, 46, 7))
        return _dots(curls, face.hair)
    spots = ((37, 44, 8), (43, 37, 8), (52, 32, 9), (62, 31, 9), (72, 34, 9), (80, 41, 8))
    return _dots(spots, face.hair)


def _worn(face: Face) -> str:
    left, right = 60 - face.width, 60 + face.width
    cloth = f'fill="{face.cloth}"'
    dark = 'fill="none" stroke="#000" stroke-opacity=".2" stroke-width="1.5" stroke-linecap="round"'
    light = 'fill="none" stroke="#fff" stroke-opacity=".22" stroke-width="1.8" stroke-linecap="round"'
    if face.covering == "hijab":
        return (
            f'<path {cloth} fill-rule="evenodd" d="M60 14C30 14 22 40 24 68c1 20-3 34-8 44 12 10 28 14 44 14s32-4 44-14c-5-10-9-24-8-44 2-28-6-54-36-54z'
            f'M60 37c17 0 24 12 24 27 0 20-10 36-24 36S36 84 36 64c0-15 7-27 24-27z"/>'
            f'<path {dark} d="M36 60c-2 24 8 42 24 46 18-4 26-22 24-46M60 106c-12 8-26 8-36 4M66 105c8 8 18 9 27 6"/>'
            f'<path {light} d="M33 38q8-15 24-18"/>'
        )
    if face.covering == "turban":
        return (
            f'<path {cloth} d="M{left - 4} 60C{left - 13} 32 36 9 60 9S{right + 13} 32 {right + 4} 60Q{right - 2} 46 72 41 65 38 60 33 55 38 48 41 {left + 2} 46 {left - 4} 60z"/>'
            f'<path {dark} d="M{left - 5} 51Q46 43 60 26 74 43 {right + 5} 51M{left - 6} 42Q44 36 60 18 76 36 {right + 6} 42M{left - 3} 31Q46 28 60 11 74 28 {right + 3} 31"/>'
            f'<path {light} d="M{left - 2} 46Q44 39 55 27M{left} 36Q43 32 52 23"/>'
        )
    if face.covering == "patka":
        return (
            f'<circle cx="60" cy="17" r="9" {cloth}/><path {cloth} d="M{left - 3} 58C{left - 4} 34 42 20 60 20S{right + 4} 34 {right + 3} 58Q{right - 5} 42 60 42T{left - 3} 58z"/>'
            f'<path {dark} d="M52 23q8 4 16 0M{left} 48Q46 38 58 25M{right} 48Q74 38 62 25"/>'
        )
    hair = face.hair
    return (
        f'<path fill="{hair}" d="M{left - 2} 66q-2-12 2-22h5q-4 8-4 20zM{right + 2} 66q2-12-2-22h-5q4 8 4 20z"/>'
        f'<path fill="#264663" d="M{left - 3} 46C{left - 3} 24 42 16 60 16S{right + 3} 24 {right + 3} 46Q60 34 {left - 3} 46z"/>'
        f'<path fill="#1d3650" d="M{left - 4} 47Q60 30 {right + 4} 47q2 5-1 5Q60 40 {left - 3} 52q-3 0-1-5z"/>'
        f'<circle cx="60" cy="17" r="2" fill="#1d3650"/><path {light} d="M44 27q7-5 15-5"/>'
    )


def _glasses(face: Face) -> str:
    if not face.glasses:
        return ""
    lenses = (
        '<circle cx="48" cy="68" r="9"/><circle cx="72" cy="68" r="9"/>'
        if face.glasses == "round"
        else '<rect x="38" y="61" width="19" height="14" rx="4"/><rect x="63" y="61" width="19" height="14" rx="4"/>'
    )
    left, right = 60 - face.width, 60 + face.width
    arms = f"M57 66.5q3-2 6 0M39 66l-{39 - left - 1} -1M81 66l{right - 82} -1"
    return f'<g fill="#fff" fill-opacity=".07" stroke="#2b2622" stroke-width="1.6">{lenses}<path fill="none" d="{arms}"/></g>'


def _dots(spots: tuple[Dot, ...], colour: str) -> str:
    circles = "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for x, y, r in spots)
    return f'<g fill="{colour}">{circles}</g>'
