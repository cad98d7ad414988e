"""Headings of an XLSForm sheet -> our names for the columns; of several languages Chinese is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.form_loader import FIELD_KEYS, FORM_KEYS

ALIASES = {
    "caption": "label",
    "tag": "name",
    "value": "name",
    "command": "type",
    "guidance_hint": "help",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "list": "list_name",
}
"""Other headings that XLSForm takes -> the usual one."""
SURVEY = {*FIELD_KEYS, "parameters", "disabled"} - {"children", "sources"}
SETTINGS = {
    *(FORM_KEYS - {"survey", "choices", "results", "documents", "reminder", "sources"}),
    "form_title",
    "default_language",
}
COLUMNS: dict[str, set[str]] = {"survey": SURVEY, "settings": SETTINGS}
"""Sheet -> columns that mean something to us. In `choices` every column may be named by a choice_filter."""
WORDED = ("label", "hint", "help", "constraint_message", "required_message")
"""Columns that come in several languages."""
MEDIA = ("image", "audio", "video", "big-image", "media", "autoplay")
_CHINESE = re.compile(
    r"chinese|mandarin|中文|汉语|漢語|华语|普通话|国语|简体|繁体|简中|\bzh\b|zh[-_]|\bchi\b|\bcmn\b", re.I
)
_TRADITIONAL = re.compile(r"traditional|繁|hant|zh[-_](?:tw|hk|mo)", re.I)
_PREFIX = re.compile(r"^(?:bind|control|body|instance)::?")


@dataclass(frozen=True)
class Header:
    """What the columns of a sheet are."""

    titles: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    """Our name -> positions from 0; of several the first that is filled counts."""
    languages: Mapping[int, str]
    """Position -> language, for columns that name one."""
    unused: Mapping[int, str]
    """Position -> why the column is not read."""


def header_of(sheet: str, titles: Sequence[str], language: str) -> Header:
    """The columns by name. `language`: the form's default, taken where there is no Chinese."""
    named: dict[str, list[tuple[int, str]]] = {}
    unused: dict[int, str] = {}
    for place, title in enumerate(titles):
        if not title.strip():
            unused[place] = "没有列名"
            continue
        name, spoken = _parts(title)
        known = COLUMNS.get(sheet)
        if name.split("::")[0] in MEDIA:
            unused[place] = "题目里不放图片、声音和视频"
        elif (known is not None and name not in known) or (spoken and name not in WORDED):
            unused[place] = "不支持这一列"
        else:
            named.setdefault(name, []).append((place, spoken))
    places: dict[str, tuple[int, ...]] = {}
    for name, columns in named.items():
        ordered = sorted(columns, key=lambda one: _rank(one[1], language))
        places[name] = tuple(place for place, _ in ordered)
        for place, spoken in ordered[1:]:
            unused[place] = "只取一种语言，中文优先" if spoken or ordered[0][1] else "和前面的列重名"
    languages = {place: spoken for columns in named.values() for place, spoken in columns if spoken}
    return Header(tuple(titles), places, languages, unused)


def _parts(title: str) -> tuple[str, str]:
    """(our name, language): `label::Chinese (zh)` is ("label", "Chinese (zh)")."""
    plain = title.strip()
    head, _, spoken = plain.partition("::") if "::" in plain else plain.partition(":")
    folded = _PREFIX.sub("", plain.lower().replace(" ", "_"))
    if folded.partition("::")[0] in MEDIA or folded.partition(":")[0] in MEDIA:
        return "media", ""
    name = head.strip().lower().replace(" ", "_")
    name = ALIASES.get(name, name)
    if spoken and name in WORDED:
        return name, spoken.strip(": ")
    return ALIASES.get(folded, folded), ""


def _rank(spoken: str, language: str) -> int:
    if _CHINESE.search(spoken):
        return 1 if _TRADITIONAL.search(spoken) else 0
    if spoken and spoken.strip().lower() == language.strip().lower():
        return 2
    return 3 if not spoken else 4
