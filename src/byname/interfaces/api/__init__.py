"""The API: the same answers as the pages, for programs.

Knows: `/api/v1`, its OpenAPI 3.1 description, GeoJSON.
Promises: only what the public pages show; teams area by area; an answer from memory equals Django's byte for byte.
Never: lists all officers, or answers with anything but JSON.
"""
