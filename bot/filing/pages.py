"""How questions and the check page read."""

from __future__ import annotations

from bot.content.forms import Field, Form
from bot.filing.draft import Draft, asked, has, later, leading, missing
from bot.filing.papers import buttons as paper_buttons
from bot.filing.types import masked
from bot.messages import Button, Reply

MAX_CHOICE_BUTTONS = 12


def press_id(draft: Draft, action: str, argument: str = "") -> str:
    """Id of a form button: bound to the draft and its revision, so that a stale one is noticed."""
    return f"f:{draft.id[-10:]}:{draft.revision}:{action}" + (f":{argument}" if argument else "")


def question(form: Form, draft: Draft, lead: str = "") -> Reply:
    """The present question."""
    fields = asked(form, draft.values)
    names = [f.name for f in fields]
    one = fields[names.index(draft.at)]
    lines = [
        *leading(form, draft),
        f"（{names.index(one.name) + 1}/{len(fields)}）{one.label}{'' if one.required else '（可跳过）'}",
    ]
    if one.hint:
        lines.append(one.hint)
    if one.type in ("file", "image"):
        kinds = "、".join(ending.lstrip(".") for ending in one.accept)
        lines.append(f"请发文件：{kinds}，每个最多 {one.max_size / 1e6:.0f} MB，最多 {one.max_files} 个。")
    if one.type in ("select_one", "select_multiple", "rank"):
        lines += [f"{n}. {choice.label}" for n, choice in enumerate(one.choices, 1)]
        if one.type == "select_multiple":
            lines.append("可选多个，回复编号，例如：1、2")
    if has(draft, one):
        lines.append(f"现在填的是：{masked(one, draft.values[one.name])}")
    if draft.rejected and not one.sensitive and draft.rejected[:8] not in lead:
        lines.append(f"您刚才写的是：{draft.rejected[:60]}")
    text = "\n".join(lines)
    return Reply(
        f"{lead}\n\n{text}" if lead else text, buttons=_question_buttons(draft, one, first=names[0] == one.name)
    )


def _question_buttons(draft: Draft, one: Field, first: bool) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if one.type in ("select_one", "select_multiple", "rank") and len(one.choices) <= MAX_CHOICE_BUTTONS:
        rows += [(Button(c.label[:20], press_id(draft, "pick", str(n))),) for n, c in enumerate(one.choices)]
    if one.type == "acknowledge":
        rows.append((Button("我确认", press_id(draft, "pick", "0")),))
    if one.type in ("file", "image", "select_multiple") and has(draft, one):
        rows.append((Button("完成，下一题", press_id(draft, "done")),))
    ways = []
    if draft.changing:
        ways.append(Button("不改了", press_id(draft, "check")))
    elif not first:
        ways.append(Button("上一步", press_id(draft, "back")))
    if not one.required and not has(draft, one):
        ways.append(Button("跳过", press_id(draft, "skip")))
    ways += [Button("暂存", press_id(draft, "pause")), Button("帮助", press_id(draft, "help"))]
    return (*rows, tuple(ways))


def check_page(form: Form, draft: Draft, lead: str = "") -> Reply:
    """检查页: every answer, what is still lacking, and what can be done."""
    lines = [f"请检查「{form.title}」："]
    for n, one in enumerate(asked(form, draft.values), 1):
        value = (
            masked(one, draft.values[one.name])
            if has(draft, one)
            else ("（还没填，必填）" if one.required else "（没填）")
        )
        lines.append(f"{n}. {one.label}：{value}")
    lacking = missing(form, draft)
    buttons = [Button("修改", press_id(draft, "edit")), Button("暂存", press_id(draft, "pause"))]
    if lacking:
        lines.append(f"\n还差 {len(lacking)} 项必填：{'、'.join(f.label for f in lacking)}。填完才能提交。")
        buttons.insert(0, Button("接着填", press_id(draft, "go")))
    else:
        to_come = later(form, draft)
        if to_come:
            lines.append(f"\n还没交的材料：{'、'.join(f.label for f in to_come)}。可以先提交，之后按受理科协的通知补。")
        lines.append("\n没有问题就提交。要改哪一项，回复「改 编号」，例如：改 3。")
        buttons.insert(0, Button("提交", press_id(draft, "submit")))
    text = "\n".join(lines)
    papers = paper_buttons(form, draft.values, f"d:{draft.id[-10:]}")
    if papers:
        text += "\n\n点下面的名字，马上给您按现在的内容写好的材料。"
    rows = (tuple(buttons), *papers, (Button("取消", press_id(draft, "cancel")),))
    return Reply(f"{lead}\n\n{text}" if lead else text, buttons=rows)


def edit_page(form: Form, draft: Draft) -> Reply:
    """Which answer to change."""
    fields = asked(form, draft.values)
    buttons = [Button(f"{n}. {f.label}"[:20], press_id(draft, "change", str(n))) for n, f in enumerate(fields, 1)]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    return Reply(
        "要改哪一项？点一个，或回复「改 编号」。", buttons=(*rows, (Button("不改了", press_id(draft, "check")),))
    )


def progress(form: Form, draft: Draft) -> str:
    """What is filled in and what is still to come."""
    fields = asked(form, draft.values)
    done = [f.label for f in fields if has(draft, f)]
    open_ones = [f.label + ("" if f.required else "（可跳过）") for f in fields if not has(draft, f)]
    told = f"「{form.title}」填了 {len(done)} 项，共 {len(fields)} 项。\n"
    if done:
        told += f"- 已填：{'、'.join(done)}\n"
    return told + (f"- 还没填：{'、'.join(open_ones)}" if open_ones else "- 都填完了，回复「检查」看一遍再提交。")


def opening(form: Form) -> str:
    """What is said before the first question: purpose, retention, how it goes."""
    lines = [f"开始填「{form.title}」。", form.intro, f"用途：{form.purpose}", f"保存：{form.retention}"]
    lines.append(
        "一次问一项。随时可以说：上一步、跳过、暂存、取消、帮助；中间想问别的，直接问。接着回答，就表示同意这样使用您填的内容。"
    )
    return "\n".join(line for line in lines if line)
