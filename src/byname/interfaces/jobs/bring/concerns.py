"""Bringing in how the service hears concerns: its promise, its categories, where complaints go."""

from __future__ import annotations

from byname.concerns import actions as concerns
from byname.interfaces.jobs.bring.kind import Kind, Order

_TEMPLATE = """\
# A human answer within so many hours of the days that count.
[promise]
hours = 72
open_days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
closed_on = [2026-12-25, 2026-12-26]

# Whether somebody reads what speaks of danger day and night; where not, the page says so.
[danger]
read_at_all_hours = false

# Where a complaint about an officer is taken; none, one or several.
[[complaint]]
names.en = "Example Complaints Office"
advice.en = "It is not part of the police. It takes complaints about how an officer behaved."
url = "https://example.org/complaints"
phone = "416-555-0100"

# Leave the categories out for byname's own. The first is the complaint. A code byname knows needs no words:
# about-an-officer, traffic, unsafe-place, drugs, theft, someone-in-need, young-people, harassment, neighbours,
# noise, street, fraud, other.
[[category]]
code = "about-an-officer"

[[category]]
code = "traffic"

# One of your own. kind is "ours" (the team's) or "door" (somebody else is the right one first, on these lines).
[[category]]
code = "beach"
kind = "door"
lines = ["city"]
names.en = "The beach"
names.fr = "La plage"
advice.en = "The city looks after the beach: call 311. Tell us if nothing happens."

[[category]]
code = "other"
"""


def _bring(order: Order) -> tuple[str, ...]:
    return concerns.bring_hearing(order.content(), file_name=order.name, by=order.by, at=order.at).told


CONCERNS = Kind("concerns", "how concerns are heard, and about what: TOML", _bring, template=_TEMPLATE)
