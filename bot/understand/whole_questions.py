"""Whether a message in a conversation is a question of its own (docs/decisions/0013-whole-questions.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understand.match import Candidate

LONG_ENOUGH = 8
"""Characters from which on a message can be whole by itself."""
LEAST = 0.6
"""Share that the first candidate needs when the message is read alone."""
BEHIND = 0.1
"""How far that share may stay behind the first one's in the conversation."""
OWN = 0.15
"""Score of the topic or the subject, of which the message has to speak in its own words (signals `asks_…`)."""
REMAINS = 0.03
"""Share of the same candidate in the conversation: below, what was said before has ruled it out."""
_LEANS = re.compile(
    r"^(?:还|也|再|又|然后|接着|另外|除|和|跟|同|到|比|要是|如果|万一|具体|不|哪[种个家些几]|分别|各自)|[那这它他她]|"
    r"其中|上面|刚才|前面|以上|呢$|同样|一样|还有|还要|还得"
)
"""Words that point to what was said before: 「那」 and 「它」, 「还要」, 「哪种」 first, a clause that goes on from another."""


def whole(normal: str) -> bool:
    """Whether normalised text may be a complete question: long enough, and nothing in it points back."""
    return len(normal.replace(" ", "")) >= LONG_ENOUGH and not _LEANS.search(normal.strip())


def speaks_for_itself(alone: Sequence[Candidate], following: Sequence[Candidate]) -> bool:
    """Whether what a whole question means alone goes before what it means after the question before: it is clear alone
    and hardly less so than in the conversation, it names a subject of its own, and the conversation does not rule it out.
    Both lists best first."""
    if not alone or not following:
        return False
    first = alone[0]
    clear = first.score >= max(LEAST, following[0].score - BEHIND)
    own = max(first.signals["asks_subject"], first.signals["asks_topic"]) >= OWN
    return clear and own and any(c.id == first.id and c.score >= REMAINS for c in following)
