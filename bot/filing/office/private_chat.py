"""Forms in a group: names and telephone numbers are not asked before everybody; a button leads to the private chat."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.content.forms import Form
from bot.filing.office.admission import is_staff
from bot.messages import Button, Incoming, Reply
from bot.store.records import Records

_START = re.compile(r"^/start\s+form_([a-z][a-z0-9_]*)\s*$")
"""How the private chat begins when it was opened by the button."""
_ANY_START = re.compile(r"^/start\s+\S+\s*$")
MOST = 64
"""Characters that may follow /start."""


def has_to_be_private(form: Form, incoming: Incoming, records: Records) -> bool:
    """Whether the form may not be filled in where the message stands. Staff may fill in their own forms in their own
    group."""
    return incoming.public and not (form.access == "staff" and is_staff(incoming.chat, records))


def invitation(form: Form, texts: Mapping[str, str], key: str = "private_form") -> Reply:
    """Where to fill the form in, with the way there."""
    return Reply(texts[key].format(title=form.title), buttons=((_way(form, texts["private_go"]),),))


def open_chat(texts: Mapping[str, str], key: str) -> Reply:
    """To the private chat, for whatever it is."""
    return Reply(texts[key], buttons=((Button(texts["private_open"], "private", "hello"),),))


def _way(form: Form, label: str) -> Button:
    word = f"form_{form.form_id}"
    return Button(label, f"form:start:{form.form_id}"[:60], word if len(word) <= MOST else "hello")


def asked_for(text: str, forms: Mapping[str, Form]) -> str | None:
    """Id of the form with which a private chat was opened; "" for an opening that says nothing we know, None for any
    other message."""
    found = _START.match(text)
    if found and found[1] in forms:
        return found[1]
    return "" if _ANY_START.match(text) else None
