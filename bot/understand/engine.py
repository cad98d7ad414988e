"""The whole of understanding behind one call: `Understander.understand(text, context)`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from bot.content.models import Content, Entry, subject_of
from bot.understand import rules
from bot.understand.classifier import Classifier
from bot.understand.compare import NATION, Comparer, Comparison
from bot.understand.correction import corrected
from bot.understand.decide import Decision, certainty, evidence
from bot.understand.features import Featuriser
from bot.understand.match import Candidate, Matcher
from bot.understand.meaning import OUT_OF_SCOPE, Context, Understanding
from bot.understand.names import is_a_firm, only_a_name
from bot.understand.nearby import CLEAR, SURE, WORTH_OFFERING, Nearby
from bot.understand.normalise import clean
from bot.understand.pinyin_typing import TypedPinyin
from bot.understand.region import Places
from bot.understand.signals import Thread
from bot.understand.steps import more_named, offered_named, step_named
from bot.understand.whole_questions import speaks_for_itself, whole

_SAME_FOR = re.compile(
    r"[\s,.，。!?？、那要是如果换成作到放搁在的呢话我们咱这边市公司企业县区又怎么样咋啥什吗也一同规定写说办再看来具体求有类似另外提讲]*"
)
"""Words around a place that ask nothing of their own."""
_AS_A_QUESTION = re.compile(r"呢|怎|咋|啥|什么|吗|一样|类似|再看|看看|的么|具体")
_I_AM = re.compile(
    r"我是|我们是|我在|我们在|我这边|我们这|这边是|我这是|咱们?是|咱们?在|单位在|公司在|企业在|厂里?在|厂子在|人在|注册地[是在]|来自|坐标"
)
_ASKS = re.compile(r"怎么|咋|什么|啥|多少|几|吗|呢|谁|哪|能|可以|是不是|如何|要不要|需要|想|还是|有没有|[?？]")
WORD_FOR_WORD = 0.93
"""Likeness to a taught phrasing from which on no reckoning or comparing takes its place."""
FORM_AT = 0.4
"""Least certainty for starting a form: one that nobody asked for is a nuisance, an answer beside the point is not read."""
PLAIN = 0.7
"""Share of the list from which on nothing else was meant."""
OF_THE_CITY = 0.2
"""Share from which on a city's own entry is what 「那岳阳呢」 asks for, rather than the national one said again."""
NEAR_SHARE = 0.02
"""Of the first one's share of the list, what makes another entry near enough to be compared over places."""


class _Decided(NamedTuple):
    """What a ranked list comes to: three fields of an Understanding, and why nothing more came of it."""

    status: str
    target: str = ""
    kind: str = ""
    doubt: str = ""


class Understander:
    """Text and context in, Understanding out. The same for the live chat, `kexie ask` and the evaluation."""

    def __init__(self, content: Content, classifier: Classifier, featuriser: Featuriser, decision: Decision) -> None:
        self.content = content
        self.decision = decision
        self.featuriser = featuriser
        self.places = Places(content.regions, content.words.places)
        self.matcher = Matcher(content, featuriser, classifier, decision.ranking)
        taught = sum(map(len, self.matcher.phrasings.values()))
        self.nearby = Nearby(content, featuriser, classifier.vocabulary, taught)
        self.comparer = Comparer(content.comparisons, self.places)
        self.typed = TypedPinyin(classifier.vocabulary, taught, self.places.names)
        self._exact = {
            self.featuriser.normalise(text) or _bare(text): intent.id
            for intent in content.intents.values()
            for text in intent.exact
        }

    def prepare(self) -> None:
        """Do now what else the first question that needs it would wait for, a third of a second in all: for those who
        answer many. Whoever asks once does without."""
        self.typed.prepare()
        self.matcher.signals.prepare()
        rules.prepare(self.content.rules)

    def region_of(self, text: str) -> str:
        """The city that a text names, or ""."""
        cleaned = clean(text)
        return self.places.city(cleaned, self.featuriser.pieces(cleaned))

    def nearest(self, text: str, region: str) -> list[Candidate]:
        """The entries that come nearest to a text, best first, however far they are."""
        return self.matcher.entries_near(self.featuriser.normalise(text), region)

    def understand(self, text: str, context: Context | None = None) -> Understanding:
        """What `text` means in `context`. Never raises, whatever the text."""
        context = context or Context()
        cleaned = self.typed.read(clean(text))
        normal = self.featuriser.normalise_cleaned(cleaned)
        named = elsewhere = ""
        if self.places.mentioned(cleaned):
            cut = self.featuriser.pieces(cleaned)
            named, elsewhere = self.places.city(cleaned, cut), self.places.other(cleaned, cut)
        region = named or ("" if elsewhere else context.city)
        base = Understanding("unknown", region=region, region_named=bool(named), elsewhere=elsewhere)
        walked = self._walk(cleaned.strip(), context, base)
        if walked:
            return walked
        exact = self._exact.get(normal or _bare(cleaned))
        if exact:
            return replace(base, status="chat", target=exact, kind="intent", score=1.0, why={"rule": "exact intent"})
        placed = self._place(cleaned, context, base)
        if placed:
            return placed
        if not normal:
            return replace(base, why={"rule": "no words"})
        meant = corrected(normal, context.text)
        if meant:
            return self._corrected(meant, context, base)
        return self._asked(normal, cleaned, context, base)

    def _asked(self, normal: str, cleaned: str, context: Context, base: Understanding) -> Understanding:
        """A question: what it matches, unless its figures or the things it compares say more."""
        matched = self._match(normal, context, base)
        if matched.why["rule"] == "local entry":
            return matched
        return self._reckoned(cleaned, context, matched) or self._compared(normal, context, matched) or matched

    def _walk(self, cleaned: str, context: Context, base: Understanding) -> Understanding | None:
        """「第二个」 and 「第三步呢」 depend on what was shown before, not on matching."""
        number = offered_named(cleaned)
        if 0 < number <= len(context.offered):
            return self._entry(base, context.offered[number - 1], 1.0, "offered before")
        entry = self.content.entries.get(context.entry)
        if not entry:
            return None
        total = len(self.content.steps(entry, base.region)) if entry.steps else 0
        number, rule = step_named(cleaned, context.step, total) if total else (0, "")
        if rule:
            return replace(self._entry(base, entry.id, 1.0, rule), step=number)
        if more_named(cleaned) and not context.aside:
            return replace(self._entry(base, entry.id, 1.0, "more asked for"), folded=True, step=context.step)
        return None

    def _place(self, cleaned: str, context: Context, base: Understanding) -> Understanding | None:
        """A message that is hardly more than a place: 「那岳阳呢」 asks the same for another city, 「我是温州的」
        says where the person is: when that city has a rule of its own for what was just asked, that is what they want."""
        if not (base.region_named or base.elsewhere):
            return None
        rest = self.places.without(cleaned)
        bare = bool(_SAME_FOR.fullmatch(rest))
        i_am = bool(_I_AM.search(rest))
        entry = self.content.entries.get(context.entry)
        if bare and entry and (_AS_A_QUESTION.search(rest) or (not i_am and self._named_a_place(context.text))):
            return self._same_for(entry, context, base)
        if not (bare or (i_am and len(rest) <= 24)) or _ASKS.search(rest):
            return None
        moved = base.region_named and base.region != context.city
        if entry and moved and self.content.overlay(entry.id, base.region):
            return replace(self._entry(base, entry.id, 1.0, "asked before, now for this place"), settled=True)
        if entry and moved and (entry.region or self.content.overlay(entry.id, context.city)):
            found = self._same_for(entry, context, base)  # what was answered held for another city
            if found and found.status == "answer":
                return replace(found, settled=True)
        return replace(base, status="chat", score=1.0, why={"rule": "place only"})

    def _named_a_place(self, normal: str) -> bool:
        """Whether the question before was about a place itself: then another place, bare, asks the same for that one."""
        return bool(normal) and self.places.mentioned(normal)

    def _same_for(self, entry: Entry, context: Context, base: Understanding) -> Understanding | None:
        """What was shown before, for the place named now: beside the city's rule, or the city's own entry on it."""
        same = None if entry.region else self._entry(base, entry.id, 1.0, "same for another place")
        if self.content.overlay(entry.id, base.region) or not base.region_named:
            return same
        title, asked = (self.featuriser.normalise(self.places.without(text)) for text in (entry.title, context.text))
        own = self._match(title, Context(), base)
        found = [
            c for read in (own, self._match(asked, Context(), base)) for c in read.candidates if self._own(c, base)
        ]
        best = max(found, key=lambda c: c.score, default=None)
        if best and best.score >= OF_THE_CITY:
            return replace(self._entry(base, best.id, best.score, "same for another place"), candidates=own.candidates)
        return same or own

    def _own(self, candidate: Candidate, base: Understanding) -> bool:
        """Whether a candidate is an answer of the city that was named."""
        entry = self.content.entries.get(candidate.id)
        return bool(entry and entry.kind == "answer" and entry.region == base.region)

    def _entry(self, base: Understanding, entry_id: str, score: float, rule: str) -> Understanding:
        kind = self.content.entries[entry_id].kind
        status = "answer" if kind == "answer" else "unknown"
        return replace(base, status=status, target=entry_id, kind="entry", score=score, why={"rule": rule})

    def _corrected(self, meant: str, context: Context, base: Understanding) -> Understanding:
        """What somebody who corrects themselves wanted to ask: a place, a whole question, or another word for the one
        before."""
        named = f"那{meant}呢"
        found = self._place(named, context, base) if not self.places.without(meant) else None
        if found:
            return found
        complete = len(meant) >= len(context.text)
        found = self._asked(meant, meant, replace(context, text="") if complete else context, base)
        return replace(found, why={**found.why, "meant": meant})

    def _match(self, normal: str, context: Context, base: Understanding) -> Understanding:
        follows = bool(context.text and context.topic)
        if not follows:
            return self._beside(normal, self._ranked(normal, Thread(), base))
        thread = Thread(context.text, context.topic, context.aspect, context.entry)
        decided = self._ranked(normal, thread, base)
        if whole(normal) and decided.why["rule"] != "word for word":
            alone = self._ranked(normal, Thread(), base)
            if alone.status == "answer" and speaks_for_itself(alone.candidates, decided.candidates):
                decided = replace(alone, why={**alone.why, "rule": "whole by itself"})
        if self._elsewhere_again(normal, decided, context):
            return self._match(normal, replace(context, asked_in=""), replace(base, region=context.region))
        return self._beside(normal, decided)

    def _elsewhere_again(self, normal: str, decided: Understanding, context: Context) -> bool:
        """Whether a question leaves the city that an earlier one named: a complete question about another subject, which
        the city has no entry of its own for."""
        if decided.region_named or not context.asked_in or decided.region != context.asked_in or not whole(normal):
            return False
        entry = self.content.entries.get(decided.target)
        subject = entry.subject if entry else ""
        return not (entry and entry.region) and subject != subject_of(context.topic)

    def _ranked(self, normal: str, thread: Thread, base: Understanding) -> Understanding:
        """What the best candidates of a short list come to."""
        short = self.matcher.short_list(normal, base.region, thread)
        ranked = self.matcher.rank(short)
        found = evidence(ranked, short.coverage, short.length)
        sure, rule = certainty(found, self.decision.sure), "in conversation" if thread.text else "matched"
        if ranked and ranked[0].phrasing == normal and self.matcher.word_for_word(normal) >= 0:
            sure, rule = max(sure, WORD_FOR_WORD), "word for word"
        status, target, kind, doubt = self._decide(ranked, sure, normal, base)
        why = {
            "rule": doubt or rule,
            "normal": normal,
            "words": self.featuriser.cut(normal),
            "evidence": found,
        }
        return replace(base, status=status, target=target, kind=kind, score=sure, candidates=tuple(ranked), why=why)

    def _beside(self, normal: str, decided: Understanding) -> Understanding:
        """What the local entries say to it: an imported question that is nearly this one wins over a taught one that is
        less near; one that is only similar is offered."""
        found = [c for c in self.nearby.find(normal, decided.region) if c.score >= WORTH_OFFERING]
        if decided.elsewhere and not decided.region_named:
            found = [c for c in found if not self.content.entries[c.id].region]
        if not found:
            return decided
        taught = decided.candidates
        if taught and self.nearby.likeness(normal, taught[0].phrasing) >= found[0].score:
            return replace(decided, candidates=(*taught, *found))
        decided = replace(decided, candidates=(*found, *taught))
        best = found[0]
        rivals = [c for c in found[1:] if c.score > best.score - CLEAR]
        if best.score < SURE:
            # What the classifier takes for small talk may well be the business of whoever imported this.
            beyond = decided.kind == "intent" and decided.target == OUT_OF_SCOPE
            return replace(decided, status="unknown", target="", kind="") if beyond else decided
        why = {**decided.why, "rule": "local entry", "near": best.phrasing}
        decided = replace(decided, score=best.score, why=why, step=0)
        if rivals and not best.signals["region"] > rivals[0].signals["region"]:
            return replace(decided, status="choose", target="", kind="", candidates=(best, *rivals))
        return replace(decided, status="answer", target=best.id, kind="entry")

    def _reckoned(self, cleaned: str, context: Context, matched: Understanding) -> Understanding | None:
        """Figures that a rule can be applied to: 「九个委员来了五个，能开会吗」."""
        base = matched
        finding = rules.find(self.content.rules, cleaned, base.region, base.region_named, base.elsewhere, context.entry)
        if not finding or (_taught(matched) and matched.target != finding.entry) or self._of_another_office(matched):
            return None
        figures = {role: str(figure) for role, figure in finding.figures.items()}
        why = {**base.why, "rule": f"reckoning: {finding.rule}", "figures": figures}
        return replace(base, status="answer", target=finding.entry, kind="entry", score=1.0, finding=finding, why=why)

    def _of_another_office(self, matched: Understanding) -> bool:
        """Whether the message is plainly another office's business: 「五个党员，怎么成立党支部」 has a figure in it too."""
        entry = self.content.entries.get(matched.target)
        return bool(entry and entry.kind == "boundary" and matched.candidates[0].score >= PLAIN)

    def _compared(self, normal: str, context: Context, matched: Understanding) -> Understanding | None:
        """Two things or places side by side; what is taught stands unless the wording is plain."""
        found = self.comparer.find(normal, context.entry, context.city)
        if not found:
            return None
        if found.places and (found.matter or context.entry):
            found = replace(found, entry=self._matter(found, context))
            if not found.entry:
                return None
        if matched.target not in found.entries() and (_taught(matched) or (matched.target and not found.firm)):
            return None
        shown = found.entries() or self.content.comparisons.overview
        why = {**matched.why, "rule": "comparing: " + "、".join(found.things or found.places)}
        return replace(matched, status="answer", target=shown[0], kind="entry", score=1.0, comparison=found, why=why)

    def _matter(self, found: Comparison, context: Context) -> str:
        """The national entry on which the places are compared: of those near, the best one that most cities named here
        say something about."""
        entries, regions = self.content.entries, self.content.regions
        last = entries.get(context.entry)
        if not found.matter and last and not last.region:
            return last.id
        # A city's own entry was shown before: what was asked then finds its national counterpart.
        ranked = self.matcher.rank(self.matcher.short_list(found.matter or context.text, "", Thread()))
        least = ranked[0].score * NEAR_SHARE if ranked else 0.0
        near = [c for c in ranked if c.id in entries and not entries[c.id].region and c.score >= least]
        cities = [regions[place] for place in found.places if place != NATION]
        ruled = {c.id: sum(c.id in city.overlays for city in cities) for c in near}
        answers = [entry for entry, count in ruled.items() if count or entries[entry].kind == "answer"]
        return max(answers, key=ruled.__getitem__, default="")

    def _decide(self, ranked: list[Candidate], sure: float, normal: str, base: Understanding) -> _Decided:
        decision = self.decision
        if not ranked or sure < decision.choose_at:
            return _Decided("unknown", doubt="too unsure")
        if sure < WORD_FOR_WORD and is_a_firm(normal):
            return _Decided("unknown", doubt="bare name")
        first = ranked[0].id
        prefix, _, name = first.partition(":")
        if prefix == "intent":
            return _Decided("chat", name, "intent")
        if prefix == "form" and only_a_name(normal) and sure < WORD_FOR_WORD:
            return _Decided("unknown", doubt="bare name")
        if prefix == "form" and sure >= FORM_AT:
            return _Decided("form", name, "form")
        if prefix == "form":
            return _Decided("unknown", doubt="too unsure")
        entry = self.content.entries[first]
        if entry.kind != "answer":
            return _Decided("unknown", first, "entry")
        if self._foreign(entry, base):
            return _Decided("unknown", doubt="another city's rule")
        if sure >= decision.answer_at:
            return _Decided("answer", first, "entry")
        return _Decided("choose")

    def _foreign(self, entry: Entry, base: Understanding) -> bool:
        """A city's own rule must not be passed off as that of a place we have no rules of."""
        return bool(entry.region and base.elsewhere and not base.region_named)


def _bare(text: str) -> str:
    """Cleaned text without marks around it: 「你好！」 is 「你好」, but 「?」 stays itself."""
    cleaned = clean(text).strip()
    return cleaned.strip(" !?.,。、~…") or cleaned


def _taught(matched: Understanding) -> bool:
    """Whether the message is next to word for word what was taught for the first candidate."""
    return bool(matched.target) and matched.candidates[0].signals["phrasing"] >= WORD_FOR_WORD
