"""Forms as frozen objects. Names and meaning are XLSForm's where it has one; see forms/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """One option of a select question."""

    name: str
    """Stored value; never changes between versions."""
    label: str
    """What the person reads."""
    aliases: tuple[str, ...] = ()
    """Other words people use for it (民营 for 民营企业)."""
    filters: dict[str, str] = field(default_factory=dict)
    """Extra columns that `choice_filter` may name."""


@dataclass(frozen=True)
class Field:
    """One row of the survey: a question, a note, a calculation, a group or a repeat."""

    type: str
    """XLSForm type: text integer decimal date time select_one select_multiple rank range file image note calculate
    acknowledge group repeat."""
    name: str
    """Column name, ASCII snake_case; never changes between versions."""
    label: str = ""
    hint: str = ""
    """A line under the question: an example, a limit."""
    help: str = ""
    """Why it is asked and where it is demanded, shown on 「帮助」 and 「为什么要填」."""
    sources: tuple[str, ...] = ()
    """Source ids of the rule that demands the answer."""
    default: str = ""
    required: bool = False
    required_message: str = ""
    constraint: str = ""
    """Expression over the answers; `this` is the new value."""
    constraint_message: str = ""
    relevant: str = ""
    """Expression: the question is asked only while it is true."""
    calculation: str = ""
    choice_filter: str = ""
    choices: tuple[Choice, ...] = ()
    repeat_count: str = ""
    """`repeat`: expression over the answers outside it for a fixed number of items, "" when the person decides."""
    read_only: bool = False
    appearance: str = ""
    """Words: `multiline` for long text; our own `anything`: even a question is taken as the answer; `whole`: in a quick
    form the entire message is the answer."""
    format: str = ""
    """`uscc`, `cn_mobile`, `phone`, `email`."""
    pattern: str = ""
    """Regular expression the whole answer has to match."""
    accept: tuple[str, ...] = ()
    """File name endings that are taken: .pdf .jpg …"""
    max_size: int = 10_000_000
    """Bytes a file may have."""
    max_files: int = 1
    start: float | None = None
    """`range`: smallest value; `integer`/`decimal`: smallest value that is taken; `repeat`: fewest items."""
    end: float | None = None
    """Largest value, or most items."""
    step: float | None = None
    prefill: str = ""
    """Key of the profile this answer is taken from and kept under (`unit_name`, `uscc`, …)."""
    compact_tag: str = ""
    """Short word that announces this answer in a message with several answers (人数 50)."""
    sensitive: bool = False
    """Masked on the check page and in notices."""
    extract: str = ""
    """What is picked out of plain speech for it in a form with `quick`: date time place count unit phone email amount
    kind; "" for nothing."""
    score: float | None = None
    children: tuple[Field, ...] = ()
    """Questions of a group or repeat."""


@dataclass(frozen=True)
class Result:
    """One conclusion that is shown while its expression is true."""

    title: str
    text: str
    """What it comes to and what to do next; may hold `${name}`."""
    relevant: str = ""
    """Expression over the answers; "" for always."""
    sources: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    """Entry ids, offered as buttons."""
    form: str = ""
    """Form id, offered as a button that starts it."""
    documents: tuple[str, ...] = ()
    """Templates of the form's own `documents` that are offered with this result."""


@dataclass(frozen=True)
class Document:
    """A paper that can be written from the answers."""

    template: str
    """File name in forms/templates."""
    name: str
    """File name that the person gets, without its ending; may hold `${name}`."""
    label: str
    """What people call the paper; asks for it and stands on its button."""
    relevant: str = ""
    """Expression: offered only while it is true; "" for always."""
    hint: str = ""
    """A line for the person: what to do with the paper."""


@dataclass(frozen=True)
class Reminder:
    """A last day that follows from an answer, and of which the person is told beforehand."""

    field: str
    """Name of a `date` question."""
    text: str
    """What is said; may hold `${name}` and `${last_day}`."""
    months: int = 0
    days: int = 0
    """The last day is the answer plus these months and days."""
    before: int = 7
    """Days before the last day on which it is said."""


@dataclass(frozen=True)
class Form:
    """A whole form: what is asked, why, and what happens afterwards."""

    form_id: str
    version: str
    title: str
    purpose: str
    """What the answers are used for: shown before the first question."""
    retention: str
    """How long they are kept: shown before the first question."""
    survey: tuple[Field, ...]
    intro: str = ""
    """What to have at hand, and how long it takes."""
    next_steps: str = ""
    """What happens after submitting, when, and whom to ask: shown on the receipt."""
    sources: tuple[str, ...] = ()
    audience: str = ""
    """Who may submit, in words; shown in the opening. Every form file has it."""
    reviewer: str = ""
    """Who reviews, in words; shown in the opening and on the receipt. Every form file has it."""
    access: str = "anyone"
    """`anyone`; `staff`: only staff who have joined; `named`: one submission a chat."""
    anonymous: str = "never"
    """`never`, `choice` (the person is asked at the start), `always`."""
    keep: str = "always"
    """`always`; `wished`: a tool whose answers are stored only when the person wishes it."""
    results: tuple[Result, ...] = ()
    """What the answers come to, shown after the last question or on the receipt."""
    late: str = "refuse"
    """After the deadline: `refuse`, or `warn` and go on."""
    state: str = "open"
    """`open`; `closing`: open drafts may still be handed in; `closed`."""
    quick: bool = False
    """One message fills the form as far as it goes; only what is missing is asked."""
    quota: int = 0
    """How many submissions are taken; 0 for any number."""
    waiting: bool = False
    """Whether more than the quota go on a waiting list."""
    check_in: bool = False
    """Whether the receipt has a code for checking in."""
    ballot: str = ""
    """Voting: `secret` or `named`; "" when it is no vote."""
    follows: str = ""
    """Form id: answers of the same names are taken over from the person's latest submission of that form."""
    reminder: Reminder | None = None
    clauses: Mapping[str, str] = field(default_factory=dict)
    """Source id -> place as people read it (组织通则 第十二条); filled in by the loader, no key of the file."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Entry or form id that a result points to -> its title; filled in by the loader, no key of the file."""
    expires_in: int = 30
    """Days an untouched draft is kept (`draft.expires_in`)."""
    dedupe: tuple[str, ...] = ()
    """Field names; an earlier submission with the same values is pointed out."""
    opens: str = ""
    """ISO date, "" for always."""
    deadline: str = ""
    """ISO date, "" for none."""
    documents: tuple[Document, ...] = ()
    """Papers that can be written from the answers, offered in this order."""
    ask: tuple[str, ...] = ()
    """How people ask for this form; teaches the understanding."""
    receipt: str = "KX"
    """Letters a receipt number begins with."""
    submitter: tuple[str, ...] = ()
    """Field names that say who submitted, shown to staff in the notice (unit name first)."""


def flat(survey: tuple[Field, ...]) -> list[Field]:
    """All fields of the form itself in order, groups followed by their children. A repeat is one field: what is inside
    it belongs to its items."""
    return [inner for field in survey for inner in (field, *(flat(field.children) if field.type != "repeat" else ()))]


def everything(survey: tuple[Field, ...]) -> list[Field]:
    """All fields in order, those inside repeats too."""
    return [inner for field in survey for inner in (field, *everything(field.children))]
