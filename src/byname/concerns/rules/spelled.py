"""Somebody's door with its number written as words: forty-two Elm Street, quarante-deux rue du Moulin."""

from __future__ import annotations

import re
from typing import Final

_EN: Final = (
    "eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fourty|fifty|"
    "sixty|seventy|eighty|ninety|hundred|thousand"
)
_EN_FEW: Final = "one|two|three|four|five|six|seven|eight|nine|ten"
_FR: Final = (
    "deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante|"
    "cinquante|soixante|septante|nonante|cents?|mille"
)
_ES: Final = (
    "once|doce|trece|catorce|quince|diecis[eé]is|diecisiete|dieciocho|diecinueve|veinte|veinti\\w+|treinta|cuarenta|"
    "cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|doscientos|trescientos|cuatrocientos|quinientos|seiscientos|"
    "setecientos|ochocientos|novecientos|mil|"
    "onze|doze|treze|catorze|quatorze|quinze|dezasseis|dezesseis|dezassete|dezessete|dezoito|dezanove|dezenove|vinte|"
    "trinta|quarenta|cinq[uü]enta|sessenta|oitenta|cem|cento|duzentos|trezentos|quatrocentos|quinhentos"
)
_ES_FEW: Final = "uno|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|um|dois|tr[eê]s|quatro|sete|oito|nove|dez"
_KIND: Final = (
    "street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|crescent|cres|boulevard|blvd|court|crt|place|terrace|gardens|"
    "gdns|square|circle|trail|parkway|quay|heights|mews|row|close|grove"
)
_NOT_ITS: Final = r"(?!\s+(?:lights?|lamps?|signs?|corners?|lanes?|trees?|part(?:y|ies)|vendors?|parking|races?)\b)"
"""Thirty broken street lights are no door."""
_DASH: Final = r"[\s‐-―-]+"
_JOIN: Final = rf"(?:{_DASH}(?:and\s+)?)"
_NAMED: Final = r"(?!(?:on|in|at|of|and|to|from|near|along|by|the|a|cars?|people|metres|meters|new|more|other)\b)"
# forty-two Elm Street, one hundred and five old mill lane
_ENGLISH: Final = (
    rf"\b(?:(?:{_EN_FEW}){_JOIN})?(?:{_EN})(?:{_JOIN}(?:{_EN}|{_EN_FEW}))*\s+"
    rf"(?:{_NAMED}[^\W\d][\w’'.-]*\s+){{1,2}}?(?:{_KIND})\b{_NOT_ITS}"
)
# Seven Elm Street, but seven quiet streets; one two Elm Street
_ENGLISH_FEW: Final = (
    rf"\b(?:{_EN_FEW})(?:{_JOIN}(?:{_EN_FEW}))*\s+(?-i:[A-Z][\w’'.-]*\s+){{1,2}}?(?:{_KIND})\b{_NOT_ITS}"
)
_ROOM: Final = rf"\b(?:house\s+number|apartment|apt\.?|unit|suite)\s+(?:{_EN}|{_EN_FEW})\b"
# One street of several is told in the plural.
_FRENCH: Final = (
    rf"\b(?:{_FR})(?:(?:{_DASH}et)?{_DASH}(?:{_FR}|une?))*(?:\s+bis)?[\s,]+"
    r"(?:rue|avenue|chemin|boulevard|allée|ruelle|place|impasse)\s+[^\W\d]"
)
_SPANISH: Final = (
    r"\b(?:calle|avenida|carrera|paseo|rua|travessa|largo)\s+(?:[^\W\d][\w’'-]*,?\s+){1,4}?(?:n[uú]mero\s+)?"
    rf"(?:(?:{_ES})(?:\s+(?:[ye]\s+)?(?:{_ES}|{_ES_FEW}))*\b"
    r"(?!\s+(?:veces|vezes|horas|d[ií]as|coches|carros|autos|personas|pessoas|minutos|noches|noites|metros|"
    r"vecinos|vizinhos|veh[ií]culos|ve[ií]culos|motos)\b)"
    rf"|(?:{_ES_FEW})\b(?!\s+[^\W\d]))"
)
DOORS: Final = tuple(re.compile(door, re.IGNORECASE) for door in (_ENGLISH, _ENGLISH_FEW, _ROOM, _FRENCH, _SPANISH))
"""Where somebody lives, with a number in words in English, French, Spanish or Portuguese."""
