"""The picture of a form as SVG: opens in any browser, holds no script and asks the network for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from bot.content.forms import Form
from bot.viewing.layout import LANE, LEFT, PAD, SIZE, WIDE, Arrow, Box, Picture, picture
from bot.viewing.page import details
from bot.viewing.wrapping import clean, wrapped

FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
INK, GREY, BLUE = "#1f2933", "#5f6b76", "#1f5fa8"
FILLS = {"group": "#f3f6fa", "repeat": "#eef7f0", "note": "#f7f7f7", "calculate": "#f7f3fb"}
"""Ground by type; white for others."""
EDGES = {"group": "#9fb3c8", "repeat": "#4f9d69", "note": "#c4c9cf", "calculate": "#9b7fbd"}
ARROWS = ("#c2410c", "#1d4ed8", "#7e22ce", "#0f766e", "#be185d", "#a16207")
STYLES = {
    "label": f'font-size="{SIZE["label"]}" fill="{INK}"',
    "small": f'font-size="{SIZE["small"]}" fill="{GREY}"',
    "choices": f'font-size="{SIZE["small"]}" fill="{INK}"',
    "when": f'font-size="{SIZE["small"]}" fill="{ARROWS[0]}"',
}


def svg(form: Form) -> str:
    """The SVG file."""
    made = picture(form)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{made.width:g}" height="{made.height:g}" '
        f'viewBox="0 0 {made.width:g} {made.height:g}" font-family="{FONT}" role="img" '
        f"aria-label={quoteattr(clean(form.title))}>",
        f'<rect width="{made.width:g}" height="{made.height:g}" fill="#ffffff"/>',
        *_title(form),
        *(line for box in made.boxes for line in _box(form, box)),
        *(_step(*step) for step in made.steps),
        *(line for arrow in made.arrows for line in _arrow(arrow)),
        *_end(form, made),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, text: str, look: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" {look}>{escape(clean(text))}</text>'


def _title(form: Form) -> Iterator[str]:
    for line in wrapped(form.title, WIDE / 24, 1):
        yield _text(LEFT, 44, line, f'font-size="24" font-weight="bold" fill="{INK}"')
    told = f"{form.form_id} · 版本 {form.version} · 谁可以填：{form.audience}"
    for line in wrapped(told, WIDE / 13, 1):
        yield _text(LEFT, 68, line, f'font-size="13" fill="{GREY}"')


def _box(form: Form, box: Box) -> Iterator[str]:
    kind = box.field.type
    edge = EDGES.get(kind, "#8a97a3")
    dashes = ' stroke-dasharray="6 4"' if kind == "repeat" else ""
    shape = f'width="{box.width:g}" height="{box.height:g}" rx="{4 if kind == "note" else 9}"'
    if kind == "repeat":  # a second sheet behind the first: there are several of it
        yield f'<rect x="{box.x + 5:g}" y="{box.y + 5:g}" {shape} fill="#ffffff" stroke="{edge}"{dashes}/>'
    yield (
        f'<rect x="{box.x:g}" y="{box.y:g}" {shape} fill="{FILLS.get(kind, "#ffffff")}" stroke="{edge}" '
        f'stroke-width="1.3"{dashes}><title>{escape(clean(" · ".join(details(form, box.field))))}</title></rect>'
    )
    for line in box.lines:
        weight = ' font-weight="bold"' if box.frame and line.style == "label" else ""
        yield _text(box.x + PAD + 2, line.y, line.text, STYLES[line.style] + weight)
    if kind == "repeat":
        yield from _loop(box, edge)


def _loop(box: Box, edge: str) -> Iterator[str]:
    """The way back to the first question of a repeat, inside its frame at the left."""
    x, top, bottom = box.x + 9, box.lines[-1].y + 14, box.y + box.height - 9
    yield f'<path d="M{box.x + 40:g} {bottom:g} H{x + 5:g} Q{x:g} {bottom:g} {x:g} {bottom - 5:g} V{top:g}" fill="none" stroke="{edge}" stroke-width="1.6"/>'
    yield _head(x, top - 1, "up", edge)
    yield _text(box.x + 46, bottom + 4, "再加一项", f'font-size="11" fill="{edge}"')


def _step(x: float, top: float, bottom: float) -> str:
    line = f'<path d="M{x:g} {top + 1:g} V{bottom - 5:g}" stroke="#8a97a3" stroke-width="1.3" fill="none"/>'
    return line + _head(x, bottom - 1, "down", "#8a97a3")


def _head(x: float, y: float, way: str, colour: str) -> str:
    """An arrow head with its tip at the place."""
    a, b = {"down": ((-4, -6), (4, -6)), "up": ((-4, 6), (4, 6)), "left": ((7, -4), (7, 4))}[way]
    points = f"{x:g},{y:g} {x + a[0]:g},{y + a[1]:g} {x + b[0]:g},{y + b[1]:g}"
    return f'<polygon points="{points}" fill="{colour}"/>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    """From the question at the right to its lane, along it, and back to each question that hangs on it."""
    colour = ARROWS[arrow.number % len(ARROWS)]
    lane = LEFT + WIDE + 24 + arrow.lane * LANE
    begin, edge = arrow.source.middle, arrow.source.x + arrow.source.width
    yield f'<circle cx="{edge:g}" cy="{begin:g}" r="3.5" fill="{colour}"/>'
    for target in arrow.targets:
        end, side = target.middle, target.x + target.width
        turn = 6 if end > begin else -6
        path = f"M{edge:g} {begin:g} H{lane - 6:g} Q{lane:g} {begin:g} {lane:g} {begin + turn:g} V{end - turn:g} Q{lane:g} {end:g} {lane - 6:g} {end:g} H{side + 6:g}"
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        yield _head(side + 1, end, "left", colour)


def _end(form: Form, made: Picture) -> Iterator[str]:
    """The pill after the last question, and what the signs mean."""
    middle = LEFT + WIDE / 2
    yield _step(middle, made.end - 20, made.end)
    yield f'<rect x="{middle - 110:g}" y="{made.end:g}" width="220" height="38" rx="19" fill="#e8f1fb" stroke="{BLUE}"/>'
    last = "给出结论" if form.keep == "wished" else "检查页 → 提交 → 回执"
    yield _text(middle, made.end + 24, last, f'text-anchor="middle" font-size="14" fill="{BLUE}"')
    told = "* 必填；右边的箭头：前一题的答案决定后一题问不问、算多少；↻ 可以填好几项"
    yield _text(LEFT, made.end + 76, told, f'font-size="12" fill="{GREY}"')
