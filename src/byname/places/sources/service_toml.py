"""The service's own facts as TOML."""

from __future__ import annotations

import tomllib

from byname.places.rules import service as rules
from byname.vocabulary import Refused

_LARGEST = 1024 * 1024


def profile(content: bytes) -> rules.Profile:
    """The service's facts in a file; raises Refused with the first that cannot stand."""
    if len(content) > _LARGEST:
        raise Refused("The file is far larger than a service's facts can be.", code="service-file")
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused("The file is not UTF-8 text.", code="service-file") from None
    except RecursionError:
        raise Refused("The file is nested too deeply.", code="service-file") from None
    except ValueError as fault:  # TOML's own fault is one; a number of thousands of digits is another
        raise Refused(f"The file is not TOML: {fault}.", code="service-file") from None
    return rules.profile(said)
