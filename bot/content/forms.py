"""Forms as frozen objects. Names and meaning are XLSForm's where it has one; see forms/README.md."""

from __future__ import annotations

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
    read_only: bool = False
    appearance: str = ""
    """Words as in XLSForm: `multiline` for long text; our own `anything`: even a question is taken as the answer."""
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
    """`range`: smallest value; `integer`/`decimal`: smallest value that is taken."""
    end: float | None = None
    step: float | None = None
    prefill: str = ""
    """Key of the profile this answer is taken from and kept under (`unit_name`, `uscc`, …)."""
    compact_tag: str = ""
    """Short word that announces this answer in a message with several answers (人数 50)."""
    sensitive: bool = False
    """Masked on the check page and in notices."""
    score: float | None = None
    children: tuple[Field, ...] = ()
    """Questions of a group or repeat."""


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
    access: str = "anyone"
    """Who may submit."""
    expires_in: int = 30
    """Days an untouched draft is kept (`draft.expires_in`)."""
    dedupe: tuple[str, ...] = ()
    """Field names; an earlier submission with the same values is pointed out."""
    opens: str = ""
    """ISO date, "" for always."""
    deadline: str = ""
    """ISO date, "" for none."""
    documents: tuple[str, ...] = ()
    """Templates in forms/templates that can be written from the answers."""
    ask: tuple[str, ...] = ()
    """How people ask for this form; teaches the understanding."""
    receipt: str = "KX"
    """Letters a receipt number begins with."""
    submitter: tuple[str, ...] = ()
    """Field names that say who submitted, shown to staff in the notice (unit name first)."""
