"""What staff may say in their own chat: 「看材料」, 「签到 7F3K9Q」, 「投票结果 form_id」, 「报名情况 form_id」."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.clock import shown
from bot.content.forms import Form
from bot.content.models import Content
from bot.desk import votes
from bot.messages import Reply
from bot.store import places
from bot.store.records import Records
from bot.store.staff_list import StaffMember


def hear(text: str, chat: str, records: Records, content: Content) -> list[Reply] | None:
    """What is answered to a sentence of staff; None when it is none. Others are told that it is not for them, unless it
    may well mean something else from them."""
    if DESK.match(text):
        joined = any(one.chat == chat for one in records.staff_members())
        return [Reply(_desk(chat, content.replies))] if joined else None
    for pattern, answer in SENTENCES:
        found = pattern.match(text)
        if found:
            member = next((one for one in records.staff_members() if one.chat == chat), None)
            if member is None:
                return [Reply(content.replies["staff_only"])]
            return [Reply(answer(found[1].strip(), member, records, content))]
    return None


def _desk(chat: str, texts: Mapping[str, str]) -> str:
    """Where the staff desk is. A chat on the web is at home there already; any other needs a code of its own."""
    code = "" if chat.startswith("web:") else texts["staff_desk_code"]
    return texts["staff_desk"].format(desk=texts["desk_at"], code=code).rstrip()


def check_in(code: str, who: str, records: Records, content: Content) -> tuple[bool, str]:
    """(whether the person may come in now, what the one at the door is told). `who`: for the audit log."""
    texts = content.replies
    place, fresh = places.check_in(records.connection, code, records.now)
    if place is None:
        return False, texts["check_in_wrong"].format(code=code[:20])
    handed_in = records.submission_by_id(place.submission)
    form = content.forms.get(place.form_id)
    title = form.title if form else place.form_id
    if not fresh:
        key = "check_in_again" if place.checked_in_at else f"check_in_{place.state}"
        at = shown(place.checked_in_at)[11:] if place.checked_in_at else ""
        return False, texts[key].format(title=title, at=at)
    records.note(who, "check in", handed_in.receipt if handed_in else place.form_id)
    name = _who(form, handed_in.answers) if form and handed_in else ""
    came = places.came(records.connection, place.form_id)
    return True, texts["check_in_done"].format(title=title, who=name, came=came)


def _who(form: Form, answers: Mapping[str, object]) -> str:
    return "，".join(str(answers[name]) for name in form.submitter if answers.get(name))


def _check_in(code: str, member: StaffMember, records: Records, content: Content) -> str:
    return check_in(code, member.name, records, content)[1]


def _result(named: str, member: StaffMember, records: Records, content: Content) -> str:
    form = _form(named, content)
    if form is None:
        return _which(content)
    records.note(member.name, "read result", form.form_id)
    return votes.results(form, records, content.replies)


def _turnout(named: str, member: StaffMember, records: Records, content: Content) -> str:
    form = _form(named, content)
    if form is None:
        return _which(content)
    numbers = {
        state: places.count(records.connection, form.form_id, state) for state in ("taken", "waiting", "withdrawn")
    }
    quota = str(form.quota) if form.quota else content.replies["no_limit"]
    came = places.came(records.connection, form.form_id)
    return content.replies["turnout"].format(title=form.title, quota=quota, came=came, **numbers)


def _form(named: str, content: Content) -> Form | None:
    """The form of that id, or whose title alone holds these words."""
    if named in content.forms:
        return content.forms[named]
    titled = [form for form in content.forms.values() if named and named.strip("「」") in form.title]
    return titled[0] if len(titled) == 1 else None


def _which(content: Content) -> str:
    known = "、".join(f"{form.form_id}（{form.title}）" for form in content.forms.values() if form.ballot or form.quota)
    return content.replies["which_form"].format(forms=known or "—")


DESK = re.compile(
    r"^\s*/?(?:我?[要想]?(?:怎么|在哪里?)?(?:查看|看看|看|打开|进入?|去)(?:一下|新的?|交上来的|收到的|大家的|企业的|全部|所有)*"
    r"(?:新?材料|提交的?|申报|工作台|后台)|工作台|后台)(?:在哪里?|怎么进|怎么看)?[了吧吗呢?？。]*\s*$"
)
"""「看材料」, 「看提交」, 「工作台在哪」: from staff the wish to see what came in. Anybody else means something else by it."""
SENTENCES: tuple[tuple[re.Pattern[str], Callable[[str, StaffMember, Records, Content], str]], ...] = (
    (re.compile(r"^\s*签到\s*[:：]?\s*([0-9A-Za-z][0-9A-Za-z\s-]{4,9})$"), _check_in),
    (re.compile(r"^\s*(?:投票|问卷)结果\s*[:：]?\s*(\S.{0,60})$"), _result),
    (re.compile(r"^\s*(?:报名|签到)情况\s*[:：]?\s*(\S.{0,60})$"), _turnout),
)
"""What is said -> what is answered."""
