"""What a reader sees of a page of the desk."""

from __future__ import annotations

import re


def words(page: bytes) -> str:
    """The page's own words on one line, without what stands around every page."""
    main = page.decode().split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    return re.sub(r" ([,.;])", r"\1", " ".join(re.sub(r"<[^>]+>", " ", main).split()))


def links(page: bytes) -> list[str]:
    """What a list leads to: the last part of each entry's address."""
    return re.findall(r'class="line" href="/desk/[a-z]+/([^/"]+)/"', page.decode())
