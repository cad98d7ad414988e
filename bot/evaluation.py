"""Judging answers against the format of shared/evaluation/: gold sources, facts that have to be stated, refusals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.content.models import Content
from bot.questions import Answered, answer
from bot.understand.engine import Understander
from bot.understand.meaning import Context


@dataclass(frozen=True)
class Score:
    """One judged question or turn."""

    question: str
    kind: str
    figures: dict[str, float]
    """`top1 top3 mrr facts refused`, each 0 to 1, only those that apply."""
    misses: tuple[str, ...]
    """What was wrong, for people."""
    ms: float


def judge_question(content: Content, understander: Understander, row: dict[str, Any], today: date) -> Score:
    """A question with `gold` (any of these sources answers) and `must` (facts as regular expressions)."""
    found = answer(content, understander, row["q"], row.get("region") or "", today)
    figures, misses = _against_gold(found, set(row["gold"]), row.get("must") or [])
    figures["refused"] = float(found.status in ("unknown", "chat"))
    return Score(row["q"], row.get("kind", "question"), figures, tuple(misses), found.ms)


def judge_out_of_scope(content: Content, understander: Understander, row: dict[str, Any], today: date) -> Score:
    """A message that must not be answered from the knowledge base."""
    found = answer(content, understander, row["q"], row.get("region") or "", today)
    refused = found.status not in ("answer", "choose", "form")
    misses = () if refused else (f"{found.status}: {found.entry or [a.entry for a in found.alternatives[:3]]}",)
    return Score(row["q"], row.get("kind", "out"), {"refused": float(refused)}, misses, found.ms)


def judge_dialogue(content: Content, understander: Understander, row: dict[str, Any], today: date) -> list[Score]:
    """The turns of a dialogue that have gold sources, in one conversation. Turns of forms only move the context."""
    context = Context()
    scores = []
    for turn in row["turns"]:
        found = answer(content, understander, turn["user"], context.region, today, context)
        context = found.context
        gold = set(turn["expect"].get("gold") or [])
        if gold:
            figures, misses = _against_gold(found, gold, turn["expect"].get("must") or [])
            scores.append(Score(turn["user"], row.get("kind", "dialogue"), figures, tuple(misses), found.ms))
    return scores


def _against_gold(found: Answered, gold: set[str], must: list[str]) -> tuple[dict[str, float], list[str]]:
    ranked = [found.sources if found.status == "answer" else ()] if found.status in ("answer", "unknown") else []
    ranked += [alternative.sources for alternative in found.alternatives]
    rank = next((n for n, sources in enumerate(ranked, 1) if gold & set(sources)), 0)
    figures = {
        "top1": float(found.status == "answer" and rank == 1),
        "top3": float(0 < rank <= 3),
        "mrr": 1 / rank if rank else 0.0,
    }
    misses = []
    if not figures["top1"]:
        misses.append(
            f"{found.status} {found.entry}（{found.score:.2f}），应为 {'、'.join(sorted(gold))}，排第 {rank or '-'}"
        )
    if must:
        lacking = [pattern for pattern in must if not re.search(pattern, found.shown)]
        figures["facts"] = float(not lacking)
        if lacking:
            misses.append(f"没说出：{'、'.join(lacking)}")
    return figures, misses
