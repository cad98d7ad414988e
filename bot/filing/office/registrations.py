"""Places of an event as people see them: the line on the receipt, taking back a registration, moving up."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.content.forms import Form
from bot.filing.office.lodging import ANONYMOUS
from bot.filing.receipt import normalise
from bot.messages import Button, Reply
from bot.store import ballots, places
from bot.store.places import Place
from bot.store.records import Records, StoredSubmission

WITHDRAW = re.compile(
    r"^\s*(?:我?要?想?)(?:取消|退出|撤销|退掉|退)(?:活动)?(?:报名|登记|参加)(?P<rest>.{0,40})$|^\s*报名取消(?P<more>.{0,40})$"
)
"""「取消报名」, 「取消报名 HD-2611-7F3K9QX-C」."""


def line(place: Place | None, records: Records, texts: Mapping[str, str]) -> str:
    """What somebody's registration is worth: a place, one on the waiting list, none any more; "" without places."""
    if place is None:
        return ""
    if place.state == "waiting":
        return texts["place_waiting"].format(position=places.position(records.connection, place))
    if place.state == "withdrawn":
        return texts["place_withdrawn"]
    if place.checked_in_at:
        return texts["place_came"]
    return texts["place_taken"] + (texts["place_code"].format(code=place.code) if place.code else "")


def withdraw(
    text: str, forms: Mapping[str, Form], chat: str, records: Records, texts: Mapping[str, str]
) -> list[Reply] | None:
    """「取消报名 回执号」, or without a number the list of what can be taken back; None when the text says no such thing
    and when there is nothing of the kind."""
    said = WITHDRAW.match(text)
    if not said:
        return None
    receipt = normalise(text)
    if receipt:
        return withdraw_one(receipt, forms, chat, records, texts)
    mine = [one for one in records.submissions_of(chat) if _can_go(one, records)]
    if not mine:
        return [Reply(texts["withdraw_none"])]
    rows = tuple((Button(f"取消 {_title(one, forms)}"[:20], f"place:{one.receipt}"),) for one in mine[:8])
    lines = [f"- {_title(one, forms)}（{one.receipt}）" for one in mine]
    return [Reply("\n".join([texts["withdraw_which"], *lines]), buttons=rows)]


def withdraw_one(
    receipt: str, forms: Mapping[str, Form], chat: str, records: Records, texts: Mapping[str, str]
) -> list[Reply]:
    """Take one registration back; those who move up are told."""
    found = records.submission(receipt)
    if found is None or not _may(found, chat):
        return [Reply(texts["status_wrong" if found is None else "status_not_yours"].format(receipt=receipt))]
    if places.of(records.connection, found.id) is None:
        return [Reply(texts["withdraw"])]
    if not places.withdraw(records.connection, found.id):
        return [Reply(texts["withdraw_again"].format(title=_title(found, forms)))]
    form = forms.get(found.form_id)
    if form and form.access == "named":
        ballots.give_back_turn(records.connection, form.form_id, chat)
    told = Reply(texts["withdrawn"].format(title=_title(found, forms), receipt=receipt))
    return [told, *(move_up(form, records, texts) if form else [])]


def move_up(form: Form, records: Records, texts: Mapping[str, str]) -> list[Reply]:
    """Give free places to those who wait, and tell each of them."""
    if not form.quota:
        return []
    told = []
    for place in places.move_up(records.connection, form.form_id, form.quota):
        chat = records.owner(place.submission)
        if chat and not chat.startswith(ANONYMOUS):
            text = texts["place_moved_up"].format(title=form.title)
            told.append(Reply(f"{text}\n{line(place, records, texts)}", to=chat))
    return told


def _may(found: StoredSubmission, chat: str) -> bool:
    """Whose it is, and for what has no name whoever holds the number."""
    return found.chat == chat or found.chat.startswith(ANONYMOUS)


def _can_go(found: StoredSubmission, records: Records) -> bool:
    place = places.of(records.connection, found.id)
    return place is not None and place.state != "withdrawn" and not place.checked_in_at


def _title(found: StoredSubmission, forms: Mapping[str, Form]) -> str:
    form = forms.get(found.form_id)
    return form.title if form else found.form_id
