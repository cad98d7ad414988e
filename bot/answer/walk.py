"""A procedure as text and buttons: all steps in a numbered list, or one of them with everything it needs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer.texts import Answer
from bot.content.models import Content, Entry, Step
from bot.messages import Button

STEPS_A_ROW = 4
"""Buttons 「第1步」 in one row: more are too narrow to be read on a phone."""


def numbered(steps: Sequence[Step]) -> str:
    """All steps, one a line: 「1. 成立筹备组。企业：……（材料：……）」."""
    return "\n".join(f"{n}. {_line(step)}" for n, step in enumerate(steps, 1))


def one_step(content: Content, entry: Entry, region: str, number: int) -> Answer:
    """Step `number` (from 1) of the procedure as it goes in `region`; past the end, a sentence that says so."""
    steps, total = content.steps(entry, region), len(content.steps(entry, region))
    if number > total:
        text = content.replies["step_none"].format(title=entry.title, total=total, number=number, last=steps[-1].title)
        return Answer(text, "", entry.sources)
    step = steps[number - 1]
    key = "step_local" if steps != entry.steps else "step"
    lines = [content.replies[key].format(region=region, number=number, total=total, title=step.title, do=step.do)]
    for label, value in (("谁来做", step.who), ("时限", step.time_limit), ("结果", step.outcome)):
        if value:
            lines.append(f"- {label}：{value}")
    if step.papers:
        lines.append(f"- 材料：{'、'.join(step.papers)}")
    return Answer("\n".join(lines), "", step.sources)


def step_buttons(content: Content, entry: Entry, region: str, shown: int) -> list[tuple[Button, ...]]:
    """Ways through the steps. `shown`: the step that is shown, 0 for the whole procedure."""
    total = len(content.steps(entry, region)) if entry.steps else 0
    if not total:
        return []
    if not shown:
        buttons = [Button(f"第{n}步", f"s:{n}:{entry.id}") for n in range(1, total + 1)]
        return [tuple(buttons[at : at + STEPS_A_ROW]) for at in range(0, total, STEPS_A_ROW)]
    row = []
    if 1 < shown <= total:
        row.append(Button("上一步", f"s:{shown - 1}:{entry.id}"))
    if shown < total:
        row.append(Button("下一步", f"s:{shown + 1}:{entry.id}"))
    return [tuple(row), (Button("全部步骤", f"e:{entry.id}"),)] if row else [(Button("全部步骤", f"e:{entry.id}"),)]


def _line(step: Step) -> str:
    papers = f"（材料：{'、'.join(step.papers)}）" if step.papers else ""
    return f"{step.title}。{step.who}：{step.do}{papers}"
