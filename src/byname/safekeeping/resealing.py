"""Sealing everything anew under the newest data key: found by its field, done in batches, begun again after a kill."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db import connection, models, transaction

from byname.safekeeping import keys
from byname.safekeeping.fields import SealedBytesField, SealedTextField
from byname.vocabulary import Refused

BATCH: Final = 500
# The sign-in library keeps its secrets in a column of JSON, each sealed by the adapter byname gives it.
_SEALED_INSIDE: Final = (("mfa", "Authenticator", "data"),)
_BEGINNING: Final = "gAAAA"  # the first byte of every Fernet token, and a time before the year 2106


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column that holds sealed values: as its text or its bytes, or anywhere inside its JSON."""

    table: str
    key: str
    column: str
    inside: bool = False
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was found in one batch; `unreadable` values fit no data key and were left as they are."""

    seen: int
    anew: int
    unreadable: int


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Every column with sealed values, of every table Django knows."""
    found = [
        _column(model, field.column, binary=isinstance(field, SealedBytesField))
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField | SealedBytesField)
    ]
    found += [_column(apps.get_model(app, name), column, inside=True) for app, name, column in _SEALED_INSIDE]
    return tuple(sorted(found, key=lambda column: (column.table, column.column)))


def reseal(column: SealedColumn, *, batch: int = BATCH) -> Iterator[Sealed]:
    """One column, a batch at a time, each in a transaction of its own: what is done stays done if this is ended.

    Values under the newest key already are only read. Nothing else is changed, so that it may run beside a server that
    knows both keys.
    """
    quoted = {name: connection.ops.quote_name(getattr(column, name)) for name in ("table", "key", "column")}
    text = quoted["column"]
    if column.inside:
        text = f"{text}::text"
    elif column.binary:
        text = f"convert_from({text}, 'SQL_ASCII')"
    ask = (
        f"SELECT {quoted['key']}, {text} FROM {quoted['table']} WHERE {quoted['key']} > %s AND {text} <> ''"  # noqa: S608
        f" ORDER BY {quoted['key']} LIMIT {int(batch)} FOR UPDATE"
    )
    told = "convert_to(%s, 'SQL_ASCII')" if column.binary else "%s"
    tell = f"UPDATE {quoted['table']} SET {quoted['column']} = {told} WHERE {quoted['key']} = %s"  # noqa: S608
    after: Any = -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ask, [after])
            rows = cursor.fetchall()
            if not rows:
                return
            changes, unreadable = [], 0
            for key, value in rows:
                fresh, lost = _inside(value) if column.inside else _token(value)
                unreadable += lost
                if fresh is not None:
                    changes.append((fresh, key))
            if changes:
                cursor.executemany(tell, changes)
            after = rows[-1][0]
        yield Sealed(len(rows), len(changes), unreadable)


def _column(
    model: type[models.Model], column: str | None, *, inside: bool = False, binary: bool = False
) -> SealedColumn:
    key = model._meta.pk
    if not isinstance(key, models.AutoField | models.BigAutoField) or key.column is None or column is None:
        raise TypeError(f"{model.__name__} holds sealed values and has no number for its key: they cannot be walked.")
    return SealedColumn(model._meta.db_table, key.column, column, inside, binary)


def _token(token: str) -> tuple[str | None, int]:
    """The token anew, None where it need not be; and 1 where no key fits it."""
    try:
        return keys.renewed(token), 0
    except Refused:
        return None, 1


def _inside(text: str) -> tuple[str | None, int]:
    lost = 0
    changed = False

    def walked(value: Any) -> Any:
        nonlocal lost, changed
        if isinstance(value, dict):
            return {name: walked(part) for name, part in value.items()}
        if isinstance(value, list):
            return [walked(part) for part in value]
        if isinstance(value, str) and value.startswith(_BEGINNING):
            fresh, unreadable = _token(value)
            lost += unreadable
            changed = changed or fresh is not None
            return value if fresh is None else fresh
        return value

    whole = walked(json.loads(text))
    return (json.dumps(whole) if changed else None), lost


Progress = Callable[[SealedColumn, Sealed], None]


def reseal_everything(progress: Progress) -> Sealed:
    """Every sealed column to its end; `progress` hears of each batch."""
    seen = anew = unreadable = 0
    for column in sealed_columns():
        for done in reseal(column):
            progress(column, done)
            seen, anew, unreadable = seen + done.seen, anew + done.anew, unreadable + done.unreadable
    return Sealed(seen, anew, unreadable)
