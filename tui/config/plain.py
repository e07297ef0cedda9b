"""Reads one setting of a plain config.toml, without the schema and tomllib. Fast to import."""

from __future__ import annotations

import os
import stat

from tui.errors import NotPlainError

_LIMIT = 64 * 1024
_LINE_LIMIT = 4096
_KEY = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def vault_setting(path: str) -> str | None:
    """Return the setting `vault` of the settings file at `path`; None for the default location.

    Mistakes in other settings are not reported: nothing needs them.

    Raises:
        NotPlainError: `load` has to read the file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        if os.path.islink(path):  # noqa: PTH114
            raise NotPlainError from None
        return None
    except (OSError, ValueError):
        raise NotPlainError from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotPlainError
        data = os.read(descriptor, _LIMIT + 1)
    except OSError:
        raise NotPlainError from None
    finally:
        os.close(descriptor)
    return _vault(top_level(data))


def top_level(data: bytes) -> dict[str, str]:
    """Return the settings before the first section, as they are written.

    Only one-line values of the most common types are plain, with no escapes in texts.

    Raises:
        NotPlainError: something else is in the file, so that it may not even be valid TOML.
    """
    if len(data) > _LIMIT:
        raise NotPlainError
    try:
        lines = data.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise NotPlainError from None
    top: dict[str, str] = {}
    keys = top
    sections: set[str] = set()
    for line in lines:
        text = line.strip(" \t")
        if len(line) > _LINE_LIMIT or not text.isprintable():
            raise NotPlainError
        if not text or text[0] == "#":
            continue
        if text[0] == "[":
            name = _name(text[1:-1])
            if text[-1] != "]" or name in sections or name in top or name == "vault":
                raise NotPlainError
            sections.add(name)
            keys = {}
            continue
        key, equals, value = text.partition("=")
        key = _name(key.rstrip(" \t"))
        if not equals or key in keys:
            raise NotPlainError
        keys[key] = _value(value.strip(" \t"))
    return top


def _vault(settings: dict[str, str]) -> str | None:
    written = settings.get("vault", '""')
    named = written[1:-1]
    if written[0] != '"' or not (not named or named[0] in "/~"):
        raise NotPlainError
    return named or None


def _name(text: str) -> str:
    if not text or not _KEY.issuperset(text):
        raise NotPlainError
    return text


def _value(text: str) -> str:
    """Return the value without a comment after it."""
    if text.startswith("["):
        inner, bracket, rest = text[1:].partition("]")
        if not bracket or not all(map(_is_text, inner.split(","))):
            raise NotPlainError
        return text[: len(text) - len(_comment(rest))]
    if text.startswith('"'):
        inner, quote, rest = text[1:].partition('"')
        if not quote or not _is_text(f'"{inner}"'):
            raise NotPlainError
        _comment(rest)
        return f'"{inner}"'
    word = text.partition("#")[0]
    word = word.rstrip(" \t")
    digits = word.isascii() and word.isdigit() and (word == "0" or word[0] != "0")
    if not digits and word not in {"true", "false"}:
        raise NotPlainError
    return word


def _is_text(text: str) -> bool:
    text = text.strip(" \t")
    inner = text[1:-1]
    return len(text) > 1 and text[0] == text[-1] == '"' and '"' not in inner and "\\" not in inner


def _comment(text: str) -> str:
    if text.strip(" \t")[:1] not in {"", "#"}:
        raise NotPlainError
    return text
