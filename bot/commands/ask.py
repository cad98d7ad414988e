"""`kexie ask`: one question, or many as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

from bot.app import App
from bot.explain import explained
from bot.questions import Answered, answer
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("question", nargs="*", metavar="问题", help="要问的话")
    parser.add_argument("--json", action="store_true", help='从标准输入读 JSON，一行一个：{"q": "…", "region": "温州"}')
    parser.add_argument("--region", default="", metavar="城市", help="按哪个市的规定答，例如 温州；县区名也行")
    parser.add_argument("--explain", action="store_true", help="说明为什么这样答")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Answer and print."""
    app = App(settings)
    if given.json and given.question:
        print("加了 --json，问题从标准输入读，不写在命令里：kexie ask --json < 问题.jsonl", file=sys.stderr)
        return 2
    if given.json:
        return _lines(app)
    question = " ".join(given.question).strip()
    if not question:
        print("请写出要问的话，例如：kexie ask 成立企业科协要哪些材料", file=sys.stderr)
        return 2
    city = _city(app, given.region.strip())
    known = [region.name for region in app.content.regions.values()]
    if known and city and city not in known and not any(name in city for name in app.understander.places.elsewhere):
        print(
            f"没听说过「{city}」这个地方。有自己规定的市：{'、'.join(known)}，写市名或它下面的县区名都行，例如 --region {known[0]}。"
            "别的地方不用写 --region，按全国的规定答。",
            file=sys.stderr,
        )
        return 2
    found = answer(app.content, app.understander, question, city, date.today(), look_up=app.library.find)
    print(found.shown)
    if given.explain:
        print("\n—— 为什么这样答 ——")
        print(explained(app.content, app.understander, found))
    return 0


def _lines(app: App) -> int:
    app.understander.prepare()
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):  # bytes: one line that is no UTF-8 must not end the others
        if not line.strip():
            continue
        try:
            asked = json.loads(line.decode("utf-8-sig"))
            question, region = asked["q"], asked.get("region") or ""
            if not isinstance(question, str) or not isinstance(region, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            print(f'第 {number} 行读不懂，要写成 {{"q": "问题", "region": null}}', file=sys.stderr)
            bad += 1
            continue
        found = answer(
            app.content, app.understander, question, _city(app, region), date.today(), look_up=app.library.find
        )
        print(_line(as_json(found)), flush=True)
    return 1 if bad else 0


def _city(app: App, place: str) -> str:
    """City of a place: 瑞安 -> 温州; a place that nothing is known of stays as it is."""
    return app.understander.region_of(place) or place


def _line(data: dict[str, Any]) -> str:
    """One line of JSON; escaped where the question holds half a surrogate pair, which no output takes."""
    line = json.dumps(data, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        return json.dumps(data)
    return line


def as_json(found: Answered) -> dict[str, Any]:
    """The line that the design fixes."""
    return {
        "q": found.question,
        "status": found.status,
        "answer": found.shown,
        "entry": found.entry,
        "sources": list(found.sources),
        "score": round(found.score, 3),
        "alternatives": [
            {"entry": a.entry, "title": a.title, "sources": list(a.sources), "score": round(a.score, 3)}
            for a in found.alternatives
        ],
        "ms": round(found.ms, 2),
    }
