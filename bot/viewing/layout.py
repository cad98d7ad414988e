"""Where the boxes and arrows of a form's picture stand. Lengths are pixels; y runs downwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.content.forms import Field, Form, everything
from bot.viewing.page import kind_of, questions
from bot.viewing.words import in_words, names_in
from bot.viewing.wrapping import wrapped

LEFT, TOP = 40, 96
WIDE = 560
"""Width of the outermost boxes."""
STEP = 22
"""How much narrower each level of nesting is, on each side."""
GAP = 20
"""Between two boxes; room for the arrow."""
PAD = 12
LINE = {"label": 21, "small": 17}
SIZE = {"label": 15, "small": 12}
"""Font size of a line, by its style."""
LANE = 14
"""Between two arrows at the right."""


@dataclass(frozen=True)
class Words:
    """One line of text in a box."""

    text: str
    style: str
    """label, small, when (a condition), choices."""
    y: float


@dataclass(frozen=True)
class Box:
    """A question, or the frame around a group or repeat."""

    field: Field
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Words, ...]
    frame: bool = False

    @property
    def middle(self) -> float:
        """Where arrows at the right begin and end: at the heading of a frame."""
        return self.y + (PAD + 8 if self.frame else self.height / 2)


@dataclass(frozen=True)
class Arrow:
    """From a question to all that hang on it, past the right side of the boxes."""

    source: Box
    targets: tuple[Box, ...]
    lane: int
    """From 0, the one next to the boxes."""
    number: int
    """Which arrow of the form, for its colour."""


@dataclass(frozen=True)
class Picture:
    """The whole picture."""

    boxes: tuple[Box, ...]
    steps: tuple[tuple[float, float, float], ...]
    """(x, y from, y to) of the short arrows from one box to the next."""
    arrows: tuple[Arrow, ...]
    width: float
    height: float
    end: float
    """y of what comes after the last question."""


def picture(form: Form) -> Picture:
    """The boxes of the form, one below the other, and its arrows."""
    layer = _Layer(form)
    bottom = layer.stack(form.survey, LEFT, TOP, WIDE)
    arrows = _arrows(form, {box.field.name: box for box in layer.boxes})
    lanes = max((arrow.lane for arrow in arrows), default=-1) + 1
    width = LEFT + WIDE + 36 + lanes * LANE + (24 if lanes else 4)
    return Picture(tuple(layer.boxes), tuple(layer.steps), arrows, width, bottom + GAP + 44 + 60, bottom + GAP)


class _Layer:
    """Puts box below box."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.numbers = {one.name: n for n, one in enumerate(questions(form), 1)}
        self.boxes: list[Box] = []
        self.steps: list[tuple[float, float, float]] = []

    def stack(self, fields: tuple[Field, ...], x: float, y: float, width: float) -> float:
        """Place fields from y on; returns the bottom of the last."""
        for number, one in enumerate(fields):
            if number:
                self.steps.append((x + width / 2, y, y + GAP))
                y += GAP
            y = self.frame(one, x, y, width) if one.children else self.question(one, x, y, width)
        return y

    def question(self, one: Field, x: float, y: float, width: float) -> float:
        """Place one question; returns its bottom."""
        lines, height = _set(self.words(one), y, width)
        self.boxes.append(Box(one, x, y, width, height, lines))
        return y + height

    def frame(self, one: Field, x: float, y: float, width: float) -> float:
        """Place a group or repeat around its questions; returns its bottom."""
        place = len(self.boxes)
        lines, height = _set(self.words(one), y, width)
        bottom = self.stack(one.children, x + STEP, y + height, width - 2 * STEP) + PAD + 4
        bottom += 10 if one.type == "repeat" else 0  # room for the way back to its first question
        self.boxes.insert(place, Box(one, x, y, width, bottom - y, lines, frame=True))
        return bottom

    def words(self, one: Field) -> Iterator[tuple[str, str]]:
        """(text, style) of everything that stands in the box."""
        number = f"{self.numbers[one.name]}. " if one.name in self.numbers else ""
        sign = "↻ " if one.type == "repeat" else ""
        yield f"{sign}{number}{one.label or one.name}{' *' if one.required else ''}", "label"
        count = f" · 共 {in_words(self.form, one.repeat_count)} 项" if one.repeat_count else ""
        yield f"{kind_of(one)} · {one.name}{count}", "small"
        if one.choices:
            yield " / ".join(choice.label for choice in one.choices), "choices"
        if one.relevant:
            yield f"只在这时问：{in_words(self.form, one.relevant)}", "when"
        if one.calculation:
            yield f"= {in_words(self.form, one.calculation)}", "when"


def _set(words: Iterator[tuple[str, str]], y: float, width: float) -> tuple[tuple[Words, ...], float]:
    """The lines broken to the width of a box, and the height of the box."""
    found: list[Words] = []
    at = y + PAD
    for text, style in words:
        kind = "label" if style == "label" else "small"
        for line in wrapped(text, (width - 2 * PAD - 8) / SIZE[kind], 2 if style == "choices" else 4):
            found.append(Words(line, style, at + SIZE[kind]))
            at += LINE[kind]
    return tuple(found), at - y + PAD - 4


def _arrows(form: Form, boxes: Mapping[str, Box]) -> tuple[Arrow, ...]:
    """An arrow from each question that others hang on, in lanes so that none runs over another."""
    hanging: dict[str, list[Box]] = {}
    for one in everything(form.survey):
        for name in sorted(names_in(one.relevant) | names_in(one.calculation)):
            if name in boxes and name != one.name:
                hanging.setdefault(name, []).append(boxes[one.name])
    spans = {name: _span(boxes[name], targets) for name, targets in hanging.items()}
    lanes: list[list[tuple[float, float]]] = []
    found = []
    for number, name in enumerate(sorted(spans, key=lambda name: spans[name][1] - spans[name][0])):
        low, high = spans[name]
        free = (n for n, lane in enumerate(lanes) if all(high + 4 < a or b + 4 < low for a, b in lane))
        lane = next(free, len(lanes))
        lanes += [[]] if lane == len(lanes) else []
        lanes[lane].append((low, high))
        found.append(Arrow(boxes[name], tuple(hanging[name]), lane, number))
    return tuple(found)


def _span(source: Box, targets: list[Box]) -> tuple[float, float]:
    places = [source.middle, *(target.middle for target in targets)]
    return min(places), max(places)
