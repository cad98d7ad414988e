"""The sums behind bot/understand/rules.py: figures in, the sentence that comes first in the answer out.

Every function takes a case and gives an outcome with the figures for its sentence in
knowledge/rules.yaml, or None when the figures contradict each other: then the plain entry answers.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from bot.content.models import Content
from bot.content.tables import Rule
from bot.understand.rules import Day, Figure, Finding

QUORUM = Fraction(2, 3)
"""Share of all members that has to be there (rules/30, template/18)."""
MAJORITY = Fraction(1, 2)
"""Share of those present that has to agree, itself included as the words 二分之一以上 read (rules/30)."""
ASSEMBLY = 100
"""Fewer science workers may meet as a whole (rules/25)."""
TERM = (3, 5)
"""Years between two congresses (rules/25)."""
ENCOURAGED = 30
"""Science workers from which on 温州 encourages a company to found an association (wenzhou/8)."""
POINTS = {"national": 8, "province": 5, "city": 3}
MOST_POINTS = 10
LOST_POINTS = 5
"""岳阳's score: honours, their cap, and what an undone task costs (yueyang/score-8, yueyang/score-9)."""


@dataclass(frozen=True)
class Case:
    """What a rule is applied to."""

    finding: Finding
    rule: Rule
    region: str
    """City whose rules count, "" when unknown."""
    today: date

    @property
    def figures(self) -> Mapping[str, Figure]:
        """Role -> figure."""
        return self.finding.figures


@dataclass(frozen=True)
class Outcome:
    """Keys of the sentences, in order, and what is filled into them."""

    keys: tuple[str, ...]
    values: Mapping[str, str | int]


def result(content: Content, finding: Finding, region: str, today: date) -> str:
    """What the sums come to as one or two sentences; "" when nothing can be said for certain."""
    rule = next((rule for rule in content.rules if rule.id == finding.rule), None)
    sums = SUMS.get(finding.rule)
    outcome = sums(Case(finding, rule, region, today)) if rule and sums else None
    return "".join(rule.says[key].format(**outcome.values) for key in outcome.keys) if rule and outcome else ""


def least(share: Fraction, whole: int) -> int:
    """The smallest number that is `share` of `whole` or more."""
    return -(-share.numerator * whole // share.denominator)


def quorum(case: Case) -> Outcome | None:
    """Whether a committee may meet, and whether its resolution passes."""
    total, present, absent, agree = (case.figures.get(name) for name in ("total", "present", "absent", "agree"))
    if isinstance(total, Fraction) or total == 0 or isinstance(agree, Fraction):
        return None
    if isinstance(absent, Fraction) and present is None:
        present = 1 - absent
    elif isinstance(absent, int) and present is None and isinstance(total, int):
        present = total - absent
    if isinstance(present, Fraction):
        return _quorum_of_share(case.rule, present, total) if agree is None else None
    if present is not None and (present < 0 or (total is not None and present > total)):
        return None
    votes = agree is not None or "votes" in case.finding.wants
    if present is None:
        return _quorum_of_total(total, votes) if agree is None else _vote_of_all(total, agree)
    if votes:
        return _vote(present, agree, total)
    if total is None:
        return None
    needed = least(QUORUM, total)
    values = {"total": total, "needed": needed, "present": present, "missing": needed - present}
    return Outcome(("enough" if present >= needed else "short",), values)


def _quorum_of_total(total: int | None, votes: bool) -> Outcome | None:
    if total is None:
        return None
    needed = least(QUORUM, total)
    values = {"total": total, "needed": needed}
    values |= {"all_votes": least(MAJORITY, total), "low_votes": least(MAJORITY, needed)}
    return Outcome(("votes_total" if votes else "needed",), values)


def _vote_of_all(total: int | None, agree: int) -> Outcome | None:
    """Votes without a word on how many came: as if all had."""
    outcome = _vote(total, agree, None) if total else None
    return Outcome(("if_all", *outcome.keys), {**outcome.values, "total": total or 0}) if outcome else None


def _quorum_of_share(rule: Rule, share: Fraction, total: int | None) -> Outcome | None:
    if not 0 < share <= 1:
        return None
    key = ("share_enough" if share >= QUORUM else "share_short") + ("_total" if total else "")
    name = "half" if share == Fraction(1, 2) else "fraction"
    shown = rule.says[name].format(below=share.denominator, above=share.numerator)
    return Outcome((key,), {"share": shown, "total": total or 0, "needed": least(QUORUM, total or 0)})


def _vote(present: int, agree: int | None, total: int | None) -> Outcome | None:
    """`agree`: votes in favour; None when the question is how many are needed."""
    if present < 1 or (agree or 0) > present:
        return None
    votes = least(MAJORITY, present)
    values = {"present": present, "votes": votes, "safe": votes + 1}
    if agree is None:
        key = "votes" if present % 2 else "votes_half"
    else:
        key = "failed" if agree < votes else "passed_half" if 2 * agree == present else "passed"
        values |= {"agree": agree, "missing": votes - agree}
    if total is None:
        return Outcome((key,), values)
    values |= {"total": total, "needed": least(QUORUM, total)}
    return Outcome((key, "and_meeting") if present >= values["needed"] else ("meeting_void",), values)


def report(case: Case) -> Outcome | None:
    """The last day for reporting a congress: the same day of the next month (rules/25: within one month)."""
    if case.finding.day:
        return _deadline(case.finding.day, case.today)
    units = {"days": 1, "weeks": 7, "months": 31}
    said = [(name, value) for name, value in case.figures.items() if isinstance(value, int) and name in units]
    if len(said) != 1:
        return None
    name, value = said[0]
    days = value * units[name]
    key = "within" if days < 28 else "edge" if days <= 31 else "over"
    return Outcome((key,), {"elapsed": case.rule.says[name].format(number=value)})


def _deadline(said: Day, today: date) -> Outcome | None:
    known = said.offset is not None or said.year > 0 or said.year_offset is not None
    held = on(said, today)
    if held is None:
        return None
    last = month_later(held)
    if known:
        return Outcome(("past" if last < today else "deadline",), {"deadline": _date(last), "day": _date(held)})
    key = "deadline_next_year" if last.year > held.year else "deadline"
    return Outcome((key,), {"deadline": f"{last.month}月{last.day}日", "day": f"{held.month}月{held.day}日"})


def on(said: Day, today: date) -> date | None:
    """The date that is meant; of this year when none was said; None when the calendar has no such day."""
    if said.offset is not None:
        return today + timedelta(days=said.offset)
    year = said.year or today.year + (said.year_offset or 0)
    try:
        return date(year, said.month, said.day)
    except ValueError:
        return None


def month_later(day: date) -> date:
    """The same day of the next month, or that month's last day."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def assembly(case: Case) -> Outcome | None:
    """Whether the members may meet as a whole."""
    return _counted(case, ASSEMBLY, ("below", "reached", "people_below", "people_unsure"))


def staff(case: Case) -> Outcome | None:
    """Whether there are enough science workers: only 温州 names a number."""
    if case.finding.entry == "founding-conditions":
        return _counted(case, ENCOURAGED, ("no_number",) * 4)
    return _counted(case, ENCOURAGED, ("below", "enough", "people_below", "people_unsure"))


def _counted(case: Case, limit: int, keys: tuple[str, ...]) -> Outcome | None:
    """`keys`: outcome for science workers below the limit, from it on, and for all staff below it, from it on."""
    role = "scientists" if "scientists" in case.figures else "people"
    number = case.figures.get(role)
    if not isinstance(number, int) or number < 1:
        return None
    key = keys[2 * (role == "people") + (number >= limit)]
    return Outcome((key,), {"number": number, "missing": limit - number})


def term(case: Case) -> Outcome | None:
    """When the next congress is due, or whether a term is within the rule."""
    local = case.rule.limits.get(case.region)
    length, elapsed = case.figures.get("length"), case.figures.get("elapsed")
    moment = case.finding.day
    year = case.finding.year or (moment.year if moment else 0)
    if len([figure for figure in (length, elapsed, year or None) if figure is not None]) != 1:
        return None
    if isinstance(length, int):
        keys, values = _term_of_length(length, local)
    elif isinstance(elapsed, int):
        keys, values = _term_elapsed(elapsed, local)
    elif 1950 <= year <= case.today.year:
        keys, values = _term_since(year, case.today, local)
    else:
        return None
    return Outcome(keys if local else keys[:1], {**values, "region": case.region})


def _term_of_length(years: int, local: int | None) -> tuple[tuple[str, str], dict[str, int]]:
    key = "length_ok" if TERM[0] <= years <= TERM[1] else "length_no"
    return (key, "local_same" if years == local else "local_length"), {"years": years}


def _term_elapsed(years: int, local: int | None) -> tuple[tuple[str, str], dict[str, int]]:
    key = "early" if years < TERM[0] else "due" if years <= TERM[1] else "over"
    beside = "local_both_over" if key == "over" else "local_over" if years > (local or years) else "local_within"
    return (key, beside), {"years": years}


def _term_since(year: int, today: date, local: int | None) -> tuple[tuple[str, str], dict[str, int]]:
    key = "since_late" if today.year > year + TERM[1] else "since"
    return (key, "local_since"), {
        "year": year,
        "from": year + TERM[0],
        "to": year + TERM[1],
        "four": year + (local or 0),
    }


def bonus(case: Case) -> Outcome | None:
    """岳阳's bonus: 8, 5 and 3 points, ten at the most."""
    counts = {name: value for name, value in case.figures.items() if isinstance(value, int) and value > 0}
    if not counts or len(counts) < len(case.figures):
        return None
    points = sum(POINTS[name] * count for name, count in counts.items())
    parts = "，".join(
        case.rule.says[name].format(count=count, each=POINTS[name], sum=POINTS[name] * count)
        for name, count in counts.items()
    )
    key = "capped" if points > MOST_POINTS else "sum" if len(counts) > 1 else "one"
    return Outcome((key,), {"points": points, "parts": parts})


def deduction(case: Case) -> Outcome | None:
    """岳阳's deduction: 5 points for each task that was not done."""
    items = case.figures.get("items")
    if not isinstance(items, int) or items < 1:
        return None
    return Outcome(("sum",), {"items": items, "points": items * LOST_POINTS})


SUMS: dict[str, Callable[[Case], Outcome | None]] = {
    "quorum": quorum,
    "report": report,
    "assembly": assembly,
    "term": term,
    "staff": staff,
    "bonus": bonus,
    "deduction": deduction,
}
"""Rule id -> its sums."""
