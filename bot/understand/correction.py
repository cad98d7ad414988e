"""「不是委员会，我问的是代表大会」: what somebody who corrects themselves wanted to ask."""

from __future__ import annotations

import re

_SORRY = re.compile(
    r"^(?:[哦噢啊唉]|等等|等一下|稍等)?\s*(?:我?(?:说错|搞错|弄错|问错|打错字?|说岔|搞混|弄混)了|口误|不好意思|抱歉|对不起|不对(?:\s*不对)?|错了|更正一下|纠正一下|我?没说清楚?|"
    r"不是这个意思|不是这个|不是问这个|不是说这个)\s+"
)
_MEANT = re.compile(r"^(?:(?:我|咱|俺)们?)?(?:是)?(?:想|要)?(?:问|说|看|找|讲|指|要)的是\s*(?P<meant>.+)$")
_NOT_BUT = re.compile(
    r"^(?:[哦噢啊]\s*)?(?:(?:我|咱)们?)?(?:(?:问|说|讲|指|要)的)?不(?:是|问|要)\s*(?P<wrong>\S{1,12}?)\s*"
    r"(?:而是|(?:我们?)?(?:想|要)?(?:问|说|看|指|要)的?是|我们?要|是|就是)\s*(?P<meant>\S.*)$"
)
_BUT_NOT = re.compile(r"^(?P<meant>\S{1,16}?)\s*[,，]?\s*不是\s*(?P<wrong>\S{1,12}?)的?$")
_IS = re.compile(r"^(?:就|应该|应当)?是(?!不是|否)")
_TAIL = re.compile(r"(?:的?那(?:个|项|条|种|几个人)|的|呢|吧|啊|哈)+$")


def corrected(normal: str, before: str) -> str:
    """What is asked instead, "" when the message corrects nothing. Both texts are normalised (punctuation is spaces);
    `before` is the question that was misunderstood: where the word that was wrong stands in it, the right one takes its
    place, and the whole question is asked anew."""
    rest = _SORRY.sub("", normal, count=1)
    found = _NOT_BUT.match(rest)
    meant, wrong = (found["meant"], found["wrong"]) if found else ("", "")
    if not meant:
        said = _MEANT.match(rest)
        meant = said["meant"] if said else rest if rest != normal else ""
        swapped = _BUT_NOT.match(meant)
        meant, wrong = (swapped["meant"], swapped["wrong"]) if swapped else (meant, "")
    meant = _IS.sub("", _MEANT.sub(r"\g<meant>", meant))
    bare = _TAIL.sub("", meant).strip()
    if not bare or bare == normal:
        return ""
    return before.replace(wrong, bare) if wrong and wrong in before and bare not in before else bare
