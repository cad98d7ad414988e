"""`kexie evaluate`: how good the answers are, by files of questions in the format of shared/evaluation/."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from bot.app import App
from bot.evaluation import Score, judge_dialogue, judge_out_of_scope, judge_question
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "files", nargs="+", metavar="文件", help="JSON 行文件：问题（有 gold）、范围外（没有 gold）或对话（有 turns）"
    )
    parser.add_argument("--founding", action="store_true", help="只算“成立”部分的问题（手册 9–17、通则、模板）")
    parser.add_argument("--quiet", action="store_true", help="只打印分数，不列没答好的")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Score and print."""
    app = App(settings)
    groups: dict[str, list[Score]] = defaultdict(list)
    for name in given.files:
        for row in _rows(Path(name)):
            if given.founding and not _about_founding(row):
                continue
            for group, score in _judge(app, row):
                groups[group].append(score)
    for group, scores in groups.items():
        print(f"\n== {TITLES[group]}（{len(scores)}）")
        _print(scores, group)
    if not given.quiet:
        print("\n== 没答好的")
        for scores in groups.values():
            for score in scores:
                if score.misses:
                    print(f"- [{score.kind}] {score.question}\n    {'；'.join(score.misses)}")
    return 0


TITLES = {"questions": "范围内的问题", "out": "范围外的消息", "dialogues": "对话里的追问"}
FOUNDING = {f"handbook/{n}" for n in range(9, 18)}


def _about_founding(row: dict[str, Any]) -> bool:
    gold = row.get("gold", [])
    return not gold or any(g in FOUNDING or g.split("/")[0] in ("rules", "template") for g in gold)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        print(f"打不开 {path}。请核对文件名和文件夹。", file=sys.stderr)
        raise SystemExit(2) from error
    except ValueError as error:
        print(f"读不懂 {path}。每行要是一个 JSON 对象，存成 UTF-8。", file=sys.stderr)
        raise SystemExit(2) from error


def _judge(app: App, row: dict[str, Any]) -> list[tuple[str, Score]]:
    today = date.today()
    if "turns" in row:
        return [("dialogues", score) for score in judge_dialogue(app.content, app.understander, row, today)]
    if "gold" in row:
        return [("questions", judge_question(app.content, app.understander, row, today))]
    return [("out", judge_out_of_scope(app.content, app.understander, row, today))]


def _print(scores: list[Score], group: str) -> None:
    kinds = sorted({score.kind for score in scores})
    for kind in [*kinds, "全部"] if len(kinds) > 1 else kinds:
        mine = [score for score in scores if kind in (score.kind, "全部")]
        figures = []
        for figure in ("top1", "top3", "mrr", "facts", "refused"):
            values = [score.figures[figure] for score in mine if figure in score.figures]
            if values:
                figures.append(f"{FIGURES[figure]} {sum(values) / len(values):.3f}")
        print(f"{kind:<12} {len(mine):>4}  {'  '.join(figures)}")
    if group == "questions":
        times = sorted(score.ms for score in scores)
        print(f"毫秒一问：中位 {times[len(times) // 2]:.2f}，99% 分位 {times[int(len(times) * 0.99)]:.2f}")


FIGURES = {"top1": "第一个就对", "top3": "前三有对的", "mrr": "MRR", "facts": "说出要点", "refused": "没有作答"}
