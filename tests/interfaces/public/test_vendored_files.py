"""The front-end files byname carries are the published ones, complete, licensed, and ask no other origin."""

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "src/byname/interfaces/public/static/public"
LOCK_TEXT = (ROOT / "tools/vendor.lock.json").read_text(encoding="utf-8")
LOCK = json.loads(LOCK_TEXT)
LOCKED = {entry["file"]: entry["sha256"] for package in LOCK["packages"] for entry in package["files"]}


def files_in(*folders: str) -> set[str]:
    return {
        path.relative_to(STATIC).as_posix()
        for folder in folders
        for path in (STATIC / folder).rglob("*")
        if path.is_file()
    }


def addresses_in(sheet: str) -> list[str]:
    return re.findall(r"""url\(["']?([^"')]+)""", (STATIC / sheet).read_text(encoding="utf-8"))


def test_every_carried_file_is_in_the_lock_and_every_locked_file_is_carried() -> None:
    assert ROOT / LOCK["into"] == STATIC
    assert files_in("fonts", "vendor") == set(LOCKED)


def test_every_carried_file_is_byte_for_byte_the_published_one() -> None:
    assert {file: hashlib.sha256((STATIC / file).read_bytes()).hexdigest() for file in LOCKED} == LOCKED


def test_every_package_brings_its_licence_text() -> None:
    texts = {
        package["name"]: [
            package["licence"]
            for entry in package["files"]
            if entry["file"].endswith(".txt") and (STATIC / entry["file"]).read_text(encoding="utf-8").strip()
        ]
        for package in LOCK["packages"]
    }
    assert texts == {package["name"]: [package["licence"]] for package in LOCK["packages"]}
    assert {licence for found in texts.values() for licence in found} == {"BSD-3-Clause", "OFL-1.1"}


def test_the_lock_holds_versions_and_no_address() -> None:
    assert "://" not in LOCK_TEXT
    versions = [package["version"] for package in LOCK["packages"]]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_the_type_sheet_uses_every_carried_font_and_no_other() -> None:
    used = {f"fonts/{Path(address).name}" for address in addresses_in("css/fonts.css")}
    assert {address for address in addresses_in("css/fonts.css") if not address.startswith("../fonts/")} == set()
    assert used == {file for file in LOCKED if file.endswith(".woff2")}


def test_no_sheet_asks_another_origin() -> None:
    sheets = ["css/fonts.css", "css/map.css", "vendor/maplibre-gl.css"]
    foreign = [a for sheet in sheets for a in addresses_in(sheet) if re.match(r"https?:|//", a)]
    assert foreign == []
