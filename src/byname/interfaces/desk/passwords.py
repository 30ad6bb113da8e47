"""Passwords everybody knows, also with something hung on to them."""

from __future__ import annotations

import re
import string
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_HUNG_ON = string.digits + string.punctuation + string.whitespace


class NotEverybodys(CommonPasswordValidator):
    """Refuses Django's list of 20,000 breached passwords, also with digits and signs around them, or said twice."""

    def validate(self, password: str, user: Any = None) -> None:
        """Nothing, or the refusal."""
        word = password.lower().strip()
        bare = word.strip(_HUNG_ON)
        twice = re.fullmatch(r"(.+?)\1+", word)
        tried = {word, bare, re.sub(r"[^a-z]", "", bare), twice.group(1) if twice else word}
        if "" in tried or tried & self.passwords:
            raise ValidationError(
                "Others would guess this. Take a few words of your own, in an order nobody would expect.",
                code="password_too_common",
            )
