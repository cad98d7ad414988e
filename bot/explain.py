"""Why a question was answered as it was, in words for an editor. The figures come from the very understanding that gave
the answer; only how much each channel of the classifier adds is worked out here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.content.models import Content
from bot.questions import Answered
from bot.understand.engine import Understander

STATUSES: Mapping[str, str] = {
    "answer": "直接回答",
    "choose": "拿不准，请对方选",
    "unknown": "说不知道",
    "form": "填表",
    "chat": "闲聊或办事",
}
RULES: Mapping[str, str] = {
    "matched": "按问法匹配",
    "in conversation": "按问法匹配，连上文一起看",
    "word for word": "和教过的问法一字不差",
    "too unsure": "把握太小，不答",
    "exact intent": "整句就是一个固定说法，不用匹配",
    "place only": "只说了在哪里，记下地区",
    "same for another place": "同一件事，换一个地方再问",
    "asked before, now for this place": "说了在哪个市：刚才问的事，换成这个市的规定再答",
    "offered before": "说的是「第几个」，取上次列出的",
    "step asked for": "问的是第几步",
    "next step": "问的是下一步",
    "more asked for": "问还有没有：折叠的部分，或者说明就这些",
    "whole by itself": "自己就说全了，不连上文看",
    "bare name": "只是一家单位的名字，没有问什么",
    "no words": "没有可以匹配的字",
    "local entry": "本地导入的问法更接近",
    "another city's rule": "最接近的是别的城市的规定，不能拿来答",
}
"""Rule as the understanding names it -> in words. 「reckoning: x」 and 「comparing: x」 carry their object."""
CARRYING: Mapping[str, str] = {"reckoning": "用规则算：", "comparing": "放在一起比："}
SIGNALS: Mapping[str, str] = {
    "classifier": "分类器",
    "phrasing": "像最近的问法",
    "pairs": "那个问法的字这里也有",
    "text": "标题和答案里有这些词",
    "said": "它的问法和答案里有这些词",
    "region": "本市的",
    "elsewhere": "别的市的",
    "refuses": "是拒答或闲聊",
    "asks_aspect": "问的像是这个方面",
    "asks_topic": "问的像是这个话题",
    "asks_subject": "问的像是这个大类",
    "asks_kind": "问的像是这样一类（能答、没写、闲聊）",
    "before": "它说到上一问的词",
    "shown": "它说到刚才答案标题的词",
    "joined": "连上一问一起看",
    "subject": "大类接着原来的话题",
    "topic": "接着原来的话题",
    "aspect": "接着原来的方面",
    "see": "和刚才的词条互相指引",
    "dodges": "同一话题里资料没写的",
}
CHANNELS: Mapping[str, str] = {"c": "字", "p": "拼音", "w": "词"}
EVIDENCE: Mapping[str, str] = {
    "share": "占候选的份额",
    "classifier": "分类器",
    "said": "问法和答案里的词",
    "margin": "比第二名高",
    "rival": "比最高的拒答高",
    "coverage": "认得的字串占",
    "near": "像最近的问法",
    "text": "词的重合",
    "length": "长度",
}
SHOWN = 5


def explained(content: Content, understander: Understander, found: Answered) -> str:
    """Lines for people: what was understood, the cut, what decided, and the candidates with their scores."""
    why = found.why
    lines = [
        f"结果：{STATUSES.get(found.status, found.status)}"
        + (
            f"，{_named(content, found.entry or str(why.get('target', '')))}"
            if found.entry or why.get("target")
            else ""
        ),
        f"定下来的规则：{rule_in_words(str(why.get('rule', '')))}",
        f"把握：{found.score:.2f}（{understander.decision.answer_at:.2f} 起直接答，"
        f"{understander.decision.choose_at:.2f} 起请对方选，再低就说不知道）",
    ]
    normal = understander.featuriser.normalise(found.question)
    lines.append(f"看成：{normal or '（没有字）'}")
    lines.append(
        f"切词：{' / '.join(_word(understander, word) for word in understander.featuriser.cut(normal)) or '（没有）'}"
    )
    lines.append(f"地区：{why.get('region') or '没有'}")
    if why.get("figures"):
        lines.append("数：" + "，".join(f"{name} {value}" for name, value in why["figures"].items()))
    if why.get("meant"):
        lines.append(f"改口后问的是：{why['meant']}")
    if why.get("near"):
        lines.append(f"本地问法：{why['near']}")
    if why.get("evidence"):
        lines.append(
            "把握的依据：" + "，".join(f"{EVIDENCE[k]} {v:.2f}" for k, v in why["evidence"].items() if k in EVIDENCE)
        )
    shown: Sequence[Mapping[str, object]] = why["candidates"][:SHOWN]
    if shown:
        lines.append("候选：")
    parts = channels(understander, normal)
    for number, one in enumerate(shown, 1):
        lines += _candidate(content, number, one, parts.get(str(one["id"]), {}))
    if not shown:
        lines.append("候选：规则已经定了，没有排名")
    return "\n".join(lines)


def channels(understander: Understander, normal: str) -> dict[str, dict[str, float]]:
    """Class -> channel -> the part of the classifier's score that comes from this channel's features. The classifier is
    linear and each channel is scaled by itself, so the parts add up to the score of the question alone."""
    classifier = understander.matcher.classifier
    features = understander.featuriser.features(normal)
    found: dict[str, dict[str, float]] = {name: {} for name in classifier.classes}
    for channel in CHANNELS:
        scores = classifier.scores(features.channel(channel)).classes
        for name, score in zip(classifier.classes, scores, strict=True):
            found[name][channel] = float(score)
    return found


def rule_in_words(rule: str) -> str:
    """The rule that decided, in words, with the name that the program has for it."""
    kind, colon, what = rule.partition(": ")
    said = CARRYING[kind] + what if colon and kind in CARRYING else RULES.get(rule, "")
    return f"{said}（{rule}）" if said else rule


def _candidate(content: Content, number: int, one: Mapping[str, object], parts: Mapping[str, float]) -> list[str]:
    signals = one["signals"]
    assert isinstance(signals, dict)
    told = [f"{SIGNALS.get(name, name)} {value:.2f}" for name, value in signals.items() if value]
    if parts and "classifier" in signals:
        ways = "，".join(f"{said} {parts[key]:.2f}" for key, said in CHANNELS.items())
        told = [f"{one}（{ways}）" if one.startswith(SIGNALS["classifier"]) else one for one in told]
    return [
        f"  {number}. {one['score']:.2f}  {_named(content, str(one['id']))}",
        f"     {'，'.join(told)}",
        f"     最近的问法：{one['phrasing'] or '没有'}",
    ]


def _word(understander: Understander, word: str) -> str:
    """A word with what it stands for, where that is another one."""
    meant = understander.featuriser.concepts.get(word)
    return f"{word}（＝{meant}）" if meant and meant != word else word


def _named(content: Content, name: str) -> str:
    entry = content.entries.get(name)
    return f"{entry.title}（{name}）" if entry else name
