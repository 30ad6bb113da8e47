"""What programs outside rely on: the API's own description, kept word for word."""

from __future__ import annotations

import json
import os
from pathlib import Path

from byname.interfaces.api.operations import api

KEPT = Path(__file__).with_name("openapi.json")
RENEW = "BYNAME_RENEW_PROMISES"


def test_the_api_is_described_as_it_was_promised() -> None:
    described = json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get(RENEW) == "1":
        KEPT.write_text(described, encoding="utf-8")
    promised = KEPT.read_text(encoding="utf-8") if KEPT.exists() else ""
    assert described == promised, (
        "The API's description differs from tests/promises/openapi.json, which programs outside rely on. Add to it, "
        "but take nothing away within one version. Where the change is meant, say it in CHANGELOG.md and keep the new "
        f"description: {RENEW}=1 python -m pytest tests/promises"
    )


def test_the_description_is_openapi_3_1_and_every_operation_has_a_plain_name() -> None:
    described = api.get_openapi_schema()
    named = {
        operation["operationId"]: f"{method} {path}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    assert described["openapi"] == "3.1.0"
    assert named == {
        "team": "get /api/v1/team",
        "neighbourhoods": "get /api/v1/neighbourhoods",
        "neighbourhood_boundaries": "get /api/v1/neighbourhoods.geojson",
        "neighbourhood": "get /api/v1/neighbourhoods/{official_id}",
        "neighbourhood_team": "get /api/v1/neighbourhoods/{official_id}/team",
        "areas": "get /api/v1/areas",
        "area_boundaries": "get /api/v1/areas.geojson",
        "area": "get /api/v1/areas/{slug}",
        "area_continuity": "get /api/v1/areas/{slug}/continuity",
        "continuity": "get /api/v1/continuity",
        "divisions": "get /api/v1/divisions",
        "division_boundaries": "get /api/v1/divisions.geojson",
        "heard": "get /api/v1/heard",
        "heard_points": "get /api/v1/heard.geojson",
    }
