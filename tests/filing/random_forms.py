"""Random forms of every type, with rows hanging on one another, and new versions of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from bot.content.field_loader import CHOOSING
from bot.content.field_loader import TYPES as ALL_TYPES
from bot.content.forms import Choice, Field, Form, Result, flat

CHOICES = (
    Choice("yes", "有", ("有的",), {"of": "yes"}),
    Choice("no", "没有", (), {"of": "no"}),
    Choice("c", "民营企业", ("民企",), {"of": "yes"}),
)
TYPES = tuple(kind for kind in ALL_TYPES if kind not in ("group", "repeat"))
"""Types of plain rows, in the order of the loader."""
WORDS = (
    "上一步",
    "跳过",
    "暂存",
    "取消",
    "是",
    "不",
    "帮助",
    "为什么要填",
    "检查",
    "还差什么",
    "提交",
    "完成",
    "继续",
    "修改",
    "好",
    "默认",
    "结束",
    "保存结果",
    "改 1",
    "改 2",
    "改「题1」",
    "改 题2 为 5",
    "改 题1里0",
    "删 1",
    "删 测试甲",
    "再加一位",
    "再加一项",
    "没有了",
    "没有",
    "1",
    "2、1、3",
    "213",
    "五十人左右",
    "下周三",
    "14:30",
    "民营",
    "同意",
    "测试甲公司",
    "13800138000",
    "题0：测试乙，题1 是 7",
    "测试甲，7，有\n测试乙，8，没有\n\n测试丙",
    "题1里0，题1里1\n测试丁\t9",
    "测试戊 12 有",
    "甲\n乙",
    "要什么材料？",
    "👍",
    "",
    " ",
    "长" * 2100,
    "\u202e\u200b",
    "=1+1",
    "${f0}",
)


@st.composite
def rows(draw: st.DrawFn, prefix: str, label: str, many: int, earlier: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Some rows that are no groups. `earlier`: names outside that their expressions may read."""
    found: list[Field] = []
    for place in range(many):
        kind = draw(st.sampled_from(TYPES))
        row = Field(kind, f"{prefix}{place}", f"{label}{place}", required=draw(st.booleans()))
        if kind in CHOOSING:
            row = replace(row, choices=CHOICES, default=draw(st.sampled_from(("", "", "no"))))
        if kind in ("file", "image"):
            row = replace(row, accept=(".pdf",), max_files=draw(st.integers(1, 3)))
        if kind == "range":
            row = replace(row, start=1, end=draw(st.sampled_from((5, 60))), step=1)
        if kind == "text":
            row = replace(
                row,
                default=draw(st.sampled_from(("", "", "没有意见"))),
                read_only=draw(st.integers(0, 5)) == 5,
            )
            row = replace(row, format=draw(st.sampled_from(("",) * 5 + ("cn_mobile",))), sensitive=draw(st.booleans()))
        names = (*earlier, *(one.name for one in found if one.type != "note"))
        if names:
            row = draw(hanging(row, names))
        found.append(row if kind != "calculate" or row.calculation else replace(row, calculation="1 + 1"))
    return tuple(found)


@st.composite
def hanging(draw: st.DrawFn, row: Field, names: tuple[str, ...]) -> Field:
    """The row with expressions over earlier answers."""
    name = draw(st.sampled_from(names))
    relevant = draw(st.sampled_from(("", "", "", f"{name} == 'yes'", f"{name} != ''", f"{name} > 5")))
    row = replace(
        row, relevant=relevant, label=draw(st.sampled_from((row.label, row.label, f"{row.label}（${{{name}}}）")))
    )
    if row.type == "integer":
        constraint = draw(st.sampled_from(("", f"this <= {name}")))
        row = replace(row, constraint=constraint, constraint_message="不能更多。" if constraint else "")
    if row.type in CHOOSING:
        row = replace(row, choice_filter=draw(st.sampled_from(("", "", f"{name} == of"))))
    if row.type == "calculate":
        row = replace(
            row, calculation=draw(st.sampled_from((f"{name} * 2", f"count({name})", f"{name}", f"max({name}, 3)")))
        )
    return row


@st.composite
def repeats(draw: st.DrawFn, name: str, label: str, earlier: tuple[str, ...]) -> Field:
    """A repeat, perhaps of a number of items that an earlier answer gives."""
    children = draw(rows(f"{name}x", f"{label}里", draw(st.integers(1, 3)), earlier))
    if all(one.type in ("note", "calculate") or one.read_only for one in children):
        children = (Field("text", f"{name}x9", f"{label}里9", required=True), *children)
    by_answer = draw(st.booleans())
    counted = f"min({draw(st.sampled_from(earlier))}, 3)" if earlier and by_answer else ""
    start = draw(st.sampled_from((None, 1, 2)))
    end = draw(st.sampled_from((None, 2, 3)))
    return Field(
        "repeat",
        name,
        label,
        required=draw(st.booleans()),
        repeat_count=counted,
        start=start,
        end=end,
        children=children,
    )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A small form of rows, groups and repeats."""
    survey: list[Field] = []
    for place in range(draw(st.integers(1, 4))):
        names = tuple(one.name for one in flat(tuple(survey)) if one.type not in ("note", "group"))
        kind = draw(st.sampled_from(("row", "row", "row", "group", "repeat")))
        label = f"题{place}"
        if kind == "repeat":
            survey.append(draw(repeats(f"f{place}", label, names)))
        elif kind == "group":
            children = draw(rows(f"f{place}y", label, draw(st.integers(1, 2)), names))
            survey.append(Field("group", f"f{place}", f"组{place}", children=children))
        else:
            survey.append(replace(draw(rows("z", label, 1, names))[0], name=f"f{place}", label=label))
    last = next((one.name for one in flat(tuple(survey)) if one.type not in ("note", "group")), "f0")
    survey.append(Field("calculate", "total", "合计", calculation=f"count({last})"))
    keep = draw(st.sampled_from(("always", "always", "wished")))
    results = (Result("结论", f"有 ${{{last}}}", "total > 0"), Result("没有结论", "还没有", "total == 0"))
    return Form("random", "1", "随机表", "测试", "不保存", tuple(survey), keep=keep, results=results, ask=("填随机表",))


@st.composite
def later_version(draw: st.DrawFn, form: Form) -> Form:
    """The form after an editor changed it: rows gone, moved, new, or of another type, choices gone."""
    survey = list(form.survey)
    change = draw(st.sampled_from(("drop", "swap", "new", "type", "choices", "require")))
    place = draw(st.integers(0, len(survey) - 1))
    if change == "drop" and len(survey) > 1:
        del survey[place]
    elif change == "swap":
        survey = [*survey[place:], *survey[:place]]
    elif change == "new":
        survey.insert(place, Field("text", f"n{form.version}", f"新题{form.version}", required=draw(st.booleans())))
    else:
        survey[place] = _changed(survey[place], change)
    kept = {one.name for one in survey}
    if "total" not in kept:
        survey.append(Field("calculate", "total", "合计", calculation="1"))
    return replace(form, version=str(int(form.version) + 1), survey=tuple(survey))


def _changed(one: Field, change: str) -> Field:
    if change == "choices" and one.choices:
        return replace(one, choices=one.choices[:1])
    if change == "require":
        return replace(one, required=True, children=tuple(replace(child, required=True) for child in one.children))
    if one.children:
        return replace(one, children=tuple(_changed(child, change) for child in one.children))
    following = {"text": "date", "integer": "text", "date": "text", "select_one": "file", "file": "text"}
    kind = following.get(one.type, one.type)
    return replace(one, type=kind, choices=one.choices if kind in CHOOSING else (), choice_filter="", constraint="")
