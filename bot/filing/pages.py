"""How questions and the check page read."""

from __future__ import annotations

from datetime import date

from bot.content.forms import Field, Form
from bot.filing.asking import answered, later, leading, missing
from bot.filing.draft import Draft, has
from bot.filing.files import spoken_kinds
from bot.filing.item_pages import is_listing, item_page, listing, pasting, place
from bot.filing.item_view import here
from bot.filing.papers import buttons as paper_buttons
from bot.filing.press import press_id
from bot.filing.results import results_again, results_page
from bot.filing.scope import ItemForm, asked, has_value, relevant, visible
from bot.filing.types import masked, parse, show
from bot.messages import Button, Reply

__all__ = [
    "check_page",
    "edit_page",
    "opening",
    "press_id",
    "progress",
    "question",
    "ready",
    "results_again",
    "taken_over",
    "which_page",
]

MAX_CHOICE_BUTTONS = 12


def question(form: Form, draft: Draft, lead: str = "") -> Reply:
    """The present question; inside a repeat that of the item in hand, or the list."""
    if is_listing(form, draft):
        return (item_page if draft.item >= 0 else listing)(form, draft, lead)
    form, draft = here(form, draft)
    fields = asked(form, draft.values)
    names = [f.name for f in fields]
    one = fields[names.index(draft.at)]
    inside = f"{place(form)} " if isinstance(form, ItemForm) else ""
    lines = [
        *leading(form, draft),
        f"{inside}（{names.index(one.name) + 1}/{len(fields)}）{one.label}{'' if one.required else '（可跳过）'}",
    ]
    if one.hint:
        lines.append(one.hint)
    if one.type == "range" and one.start is not None and one.end is not None:
        lines.append(f"从 {one.start:g} 到 {one.end:g}。")
    if one.type == "rank":
        lines.append("请按先后排序，回复编号，例如：2、1、3；也可以一个一个点。")
    if one.type in ("file", "image"):
        lines.append(
            f"请发文件：{spoken_kinds(one.accept)}，每个最多 {one.max_size / 1e6:.0f} MB，最多 {one.max_files} 个。"
        )
    if one.type in ("select_one", "select_multiple", "rank"):
        lines += [f"{n}. {choice.label}" for n, choice in enumerate(one.choices, 1)]
        if one.type == "select_multiple":
            lines.append("可选多个，回复编号，例如：1、2")
    if isinstance(form, ItemForm) and form.number == 0 and one is fields[0] and not has(draft, one):
        lines.append(pasting(form.repeat))
    if has(draft, one):
        lines.append(f"现在填的是：{masked(one, draft.values[one.name])}")
    elif one.default:
        lines.append(f"一般填「{ready(one)}」，就用它请回复「好」。")
    if draft.rejected and not one.sensitive and one.type not in ("file", "image") and draft.rejected[:8] not in lead:
        lines.append(f"您刚才写的是：{draft.rejected[:60]}")
    text = "\n".join(lines)
    return Reply(
        f"{lead}\n\n{text}" if lead else text,
        buttons=_question_buttons(draft, one, first=names[0] == one.name and not isinstance(form, ItemForm)),
    )


def _question_buttons(draft: Draft, one: Field, first: bool) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if one.type in ("select_one", "select_multiple", "rank") and len(one.choices) <= MAX_CHOICE_BUTTONS:
        rows += [(Button(c.label[:20], press_id(draft, "pick", str(n))),) for n, c in enumerate(one.choices)]
    if one.type == "range" and (steps := _steps(one)):
        buttons = [Button(f"{value:g}", press_id(draft, "value", f"{value:g}")) for value in steps]
        rows += [tuple(buttons[i : i + 5]) for i in range(0, len(buttons), 5)]
    if one.default and not has(draft, one):
        rows.append((Button(f"就用「{ready(one)}」"[:20], press_id(draft, "default")),))
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


def ready(one: Field) -> str:
    """The ready-made answer of a question as people read it."""
    try:
        return show(one, parse(one, one.default.replace(" ", "、") if one.choices else one.default, date.min).value)
    except ValueError:
        return one.default


def answers(form: Form, draft: Draft) -> list[str]:
    """Every answer in a line with its number; then what is fixed and what was calculated."""
    lines = []
    for n, one in enumerate(asked(form, draft.values), 1):
        told = "（还没填，必填）" if one.required else "（没填）"
        if has_value(draft.values.get(one.name)) and (has(draft, one) or one.type == "repeat"):
            told = masked(one, draft.values[one.name]) + ("" if answered(form, draft, one) else "（还没填完）")
        lines.append(f"{n}. {one.label}：{told}")
    shown = visible(form, draft.values)
    for one in relevant(form, shown):
        if (one.read_only or one.type == "calculate") and one.label and has_value(shown.get(one.name)):
            lines.append(f"- {one.label}：{masked(one, shown[one.name])}")
    return lines


def _steps(one: Field) -> list[float]:
    """The values of a short range, for buttons; [] for a long or an open one."""
    if one.start is None or one.end is None:
        return []
    step = one.step or 1
    many = int((one.end - one.start) / step) + 1
    return [one.start + number * step for number in range(many)] if 1 < many <= 11 else []


def check_page(form: Form, draft: Draft, lead: str = "") -> Reply:
    """检查页: every answer, what is still lacking, and what can be done. A tool shows what the answers come to."""
    if form.keep == "wished" and not missing(form, draft):
        return results_page(form, draft, lead)
    lines = [f"请检查「{form.title}」：", *answers(form, draft)]
    lacking = missing(form, draft)
    buttons = [Button("修改", press_id(draft, "edit")), Button("暂存", press_id(draft, "pause"))]
    if lacking:
        lines.append(f"\n还差 {len(lacking)} 项必填：{'、'.join(f.label for f in lacking)}。填完才能提交。")
        buttons.insert(0, Button("接着填", press_id(draft, "go")))
    else:
        to_come = later(form, draft)
        if to_come:
            lines.append(f"\n还没交的材料：{'、'.join(f.label for f in to_come)}。可以先提交，收到通知后再补。")
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
    buttons = [_changing(draft, n, f) for n, f in enumerate(fields, 1)]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    told = "要改哪一项？点一个，或回复「改 编号」。"
    if form.keep == "wished":  # the page before showed results and no answers
        told = "\n".join([*answers(form, draft), told])
    return Reply(told, buttons=(*rows, (Button("不改了", press_id(draft, "check")),)))


def _changing(draft: Draft, number: int, one: Field) -> Button:
    return Button(f"{number}. {one.label}"[:20], press_id(draft, "change", str(number)))


def which_page(form: Form, draft: Draft, named: str, meant: list[Field], value: str) -> Reply:
    """Which of the answers that a word may mean is to be changed."""
    numbers = {f.name: n for n, f in enumerate(asked(form, draft.values), 1)}
    buttons = [_changing(draft, numbers[f.name], f) for f in meant]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    told = f"「{named}」有 {len(meant)} 项：{'、'.join(f.label for f in meant)}。要改哪一项？"
    example = f"改 {numbers[meant[0].name]}" if not value else f"改{meant[0].label}为{value}"
    back = Button("不改了", press_id(draft, "check"))
    return Reply(f"{told}点一个，或者说全，例如「{example}」。", buttons=(*rows, (back,)))


def progress(form: Form, draft: Draft) -> str:
    """What is filled in and what is still to come."""
    fields = asked(form, draft.values)
    done = [f.label for f in fields if has(draft, f)]
    open_ones = [f.label + ("" if f.required else "（可跳过）") for f in fields if not has(draft, f)]
    told = f"「{form.title}」填了 {len(done)} 项，共 {len(fields)} 项。\n"
    if done:
        told += f"- 已填：{'、'.join(done)}\n"
    return told + (f"- 还没填：{'、'.join(open_ones)}" if open_ones else "- 都填完了，回复「检查」看一遍再提交。")


def taken_over(form: Form, draft: Draft) -> str:
    """What stands in the form before the first question, so that it can be put right; "" for nothing."""
    rows = [one for one in asked(form, draft.values) if one.name in draft.taken and has(draft, one)]
    if not rows:
        return ""
    lines = [f"- {one.label}：{masked(one, draft.values[one.name])}" for one in rows]
    told = f"您以前填过的先带上了。哪一项变了，回复「改」加名称，例如「改 {rows[0].label}」；最后的检查页也都能改。"
    return "\n".join([told, *lines])


def opening(form: Form) -> str:
    """What is said before the first question: purpose, retention, how it goes."""
    lines = [f"开始填「{form.title}」。", form.intro, f"用途：{form.purpose}", f"保存：{form.retention}"]
    lines += [f"谁可以填：{form.audience}"] if form.audience else []
    lines += [f"谁来审：{form.reviewer}"] if form.reviewer and form.keep == "always" else []
    if form.keep == "wished":
        lines.append(
            "一次问一项，最后给您结果。不点「保存结果」就不留下您填的内容。随时可以说：上一步、跳过、取消、帮助。"
        )
        return "\n".join(line for line in lines if line)
    if form.quick:
        lines.append(
            "一条消息就行，可以和照片一起发；没说到的我再问。交之前会给您看一遍，交了就表示同意这样使用您填的内容。"
        )
        return "\n".join(line for line in lines if line)
    lines.append(
        "一次问一项。随时可以说：上一步、跳过、暂存、取消、帮助；中间想问别的，直接问。接着回答，就表示同意这样使用您填的内容。"
    )
    return "\n".join(line for line in lines if line)
