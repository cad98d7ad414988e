"""A form as a page of text: everything that it asks, says and does, for whoever has to judge it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.content.forms import Field, Form, everything
from bot.viewing.words import in_words

TYPES = {
    "text": "文字",
    "integer": "整数",
    "decimal": "小数",
    "range": "刻度",
    "date": "日期",
    "time": "时刻",
    "select_one": "单选",
    "select_multiple": "多选",
    "rank": "排序",
    "file": "文件",
    "image": "图片",
    "note": "说明",
    "calculate": "算出来",
    "acknowledge": "确认",
    "group": "一组",
    "repeat": "可多项",
}
FORMATS = {"uscc": "统一社会信用代码", "cn_mobile": "手机号", "phone": "电话", "email": "邮箱"}
STATES = {"open": "开着", "closing": "只收没填完的", "closed": "已关"}
ACCESS = {"anyone": "谁都能填", "staff": "登记过的工作人员", "named": "一个聊天只能交一次"}
ANONYMOUS = {"choice": "可以选择匿名", "always": "一律匿名"}
BALLOTS = {"secret": "不记名投票", "named": "记名投票"}
SILENT = ("note", "calculate", "group")
"""Types that ask nothing."""
SHOWN_CHOICES = 30


def kind_of(one: Field) -> str:
    """The type in words."""
    name = FORMATS.get(one.format) or TYPES.get(one.type, one.type)
    return "长文字" if "multiline" in one.appearance.split() and one.type == "text" else name


def questions(form: Form) -> list[Field]:
    """Everything that a person is asked, those inside repeats too; a repeat counts itself."""
    return [one for one in everything(form.survey) if one.type not in SILENT and not one.read_only]


def page(form: Form, templates: Mapping[str, str]) -> str:
    """The whole page. `templates`: label of a paper by its template, for papers that the form does not name itself."""
    lines = [f"{form.title}（{form.form_id}，版本 {form.version}）", "", *_head(form), ""]
    numbers = {one.name: n for n, one in enumerate(questions(form), 1)}
    asked = sum(one.required for one in questions(form))
    lines += [f"问题 {len(numbers)} 个，其中必填 {asked} 个（* 是必填）：", ""]
    lines += _rows(form, form.survey, numbers, 0)
    lines += _outcome(form, templates)
    return "\n".join(lines)


def _head(form: Form) -> Iterator[str]:
    opened = f"{form.opens or '随时'} 到 {form.deadline or '不限'}" if form.opens or form.deadline else ""
    late = "过期提醒后照收" if form.late == "warn" else ""
    rows = (
        ("用途", form.purpose),
        ("保存多久", form.retention),
        ("谁可以填", form.audience),
        ("谁来审", form.reviewer),
        ("开头的话", form.intro),
        ("状态", STATES.get(form.state, form.state)),
        ("时间", "，".join(part for part in (opened, late) if part)),
        ("怎么填", "，".join(_ways(form))),
        ("名额", f"{form.quota}{'，满了排候补' if form.waiting else ''}" if form.quota else ""),
        ("依据", "、".join(form.clauses.get(one, one) for one in form.sources)),
        ("接着哪张表", form.follows),
        ("查重", "、".join(form.dedupe)),
        ("草稿", f"{form.expires_in} 天不动就删"),
        ("怎么叫它", "、".join(form.ask[:6]) + (f" 等 {len(form.ask)} 种" if len(form.ask) > 6 else "")),
    )
    for name, text in rows:
        if text:
            yield f"{name}：{text.strip()}"


def _ways(form: Form) -> list[str]:
    found = [ACCESS.get(form.access, form.access)]
    found += [ANONYMOUS[form.anonymous]] if form.anonymous in ANONYMOUS else []
    found += [BALLOTS[form.ballot]] if form.ballot in BALLOTS else []
    found += ["只算一算，填表人愿意才存"] if form.keep == "wished" else []
    found += ["一句话就能填完"] if form.quick else []
    found += ["回执带签到码"] if form.check_in else []
    return found


def _rows(form: Form, fields: tuple[Field, ...], numbers: Mapping[str, int], depth: int) -> list[str]:
    lines: list[str] = []
    for one in fields:
        lines += [f"{'    ' * depth}{line}" for line in _row(form, one, numbers)]
        lines += _rows(form, one.children, numbers, depth + 1)
    return lines


def _row(form: Form, one: Field, numbers: Mapping[str, int]) -> list[str]:
    number = f"{numbers[one.name]}. " if one.name in numbers else "— "
    star = " *" if one.required else ""
    lines = [f"{number}{one.label or one.name}{star}  [{kind_of(one)}] {one.name}"]
    return [*lines, *(f"     {line}" for line in details(form, one))]


def details(form: Form, one: Field) -> list[str]:
    """What is to be known of a question besides its wording, a line each."""
    limits = (("最少", one.start), ("最多", one.end), ("每档", one.step))
    bounds = [f"{word} {value:.10g}" for word, value in limits if value is not None]
    files = f"{'、'.join(one.accept) or '任意格式'}，最多 {one.max_files} 个，每个 {one.max_size / 1e6:g} MB"
    labels = [choice.label for choice in one.choices]
    more = f" 等 {len(labels)} 项" if len(labels) > SHOWN_CHOICES else ""
    rows = (
        ("提示", one.hint),
        ("只在这时问", in_words(form, one.relevant)),
        ("选项", " / ".join(labels[:SHOWN_CHOICES]) + more),
        ("只给这些选项", in_words(form, one.choice_filter, one)),
        ("要求", in_words(form, one.constraint, one)),
        ("样子", one.pattern),
        ("不合要求时说", one.constraint_message),
        ("范围", "，".join(bounds)),
        ("算法", in_words(form, one.calculation)),
        ("几项", in_words(form, one.repeat_count)),
        ("收什么", files if one.type in ("file", "image") else ""),
        ("现成的答案", one.default),
        ("为什么要填", one.help),
        ("依据", "、".join(form.clauses.get(source, source) for source in one.sources)),
        ("遮住中间", "是" if one.sensitive else ""),
        ("下次自动带上", one.prefill),
        ("一句话里认", one.compact_tag.replace("|", "、")),
    )
    return [f"{name}：{' '.join(text.split())}" for name, text in rows if text]


def _outcome(form: Form, templates: Mapping[str, str]) -> Iterator[str]:
    if form.results:
        yield from ("", "最后的结论：")
    for result in form.results:
        yield f"- {result.title}{f'（{in_words(form, result.relevant)}）' if result.relevant else ''}"
        yield f"     {' '.join(result.text.split())}"
        ways = [
            *(form.titles.get(one, one) for one in result.see),
            *([form.titles.get(result.form, result.form)] if result.form else []),
        ]
        ways += [templates.get(one, one) for one in result.documents]
        if ways:
            yield f"     可以接着：{'、'.join(ways)}"
    if form.documents:
        yield from ("", "能写出来的材料：")
    for paper in form.documents:
        when = f"（{in_words(form, paper.relevant)}）" if paper.relevant else ""
        yield f"- {paper.label}{when}，模板 forms/templates/{paper.template}{f'。{paper.hint}' if paper.hint else ''}"
    if form.reminder:
        span = f"{form.reminder.months} 个月" if form.reminder.months else f"{form.reminder.days} 天"
        yield from (
            "",
            f"提醒：{form.reminder.field} 之后 {span}，提前 {form.reminder.before} 天说「{form.reminder.text}」",
        )
    if form.next_steps:
        yield from ("", "提交以后说：", *(f"     {line}" for line in form.next_steps.strip().splitlines()))
