"""A conversation with the form engine: what a person types, presses and sends, with a fixed day and no store."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from bot.content.form_loader import load_forms
from bot.content.forms import Form
from bot.content.problems import Problems
from bot.filing.draft import Draft, Event, Step
from bot.filing.engine import start, step
from bot.messages import Attachment, Button

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
"""A Saturday."""
DRAFT_ID = "01KAK0000000000000ABCDEFGH"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SOURCES = ("handbook/9", "rules/12", "rules/13", "rules/20")


def read_form(text: str, folder: Path) -> Form:
    """The form written as YAML in `text`; fails when the loader finds a fault."""
    (folder / "form.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    forms = load_forms(folder, SOURCES, problems)
    assert not problems.items, [str(problem) for problem in problems.items]
    return next(iter(forms.values()))


def faults(text: str, folder: Path) -> list[str]:
    """What the loader says about a form."""
    (folder / "form.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    load_forms(folder, SOURCES, problems)
    return [str(problem) for problem in problems.items]


def small(survey: str, choices: str = "") -> str:
    """A form around some survey rows, each row written in one flow mapping."""
    head = (
        'form_id: small\nversion: "1"\ntitle: 小表\npurpose: 只用于测试\nretention: 测完就删\nask: [测试小表]\n'
        "audience: 测试的人\nreviewer: 测试的科协\n"
    )
    return head + (f"choices:\n{choices}\n" if choices else "") + "survey:\n" + survey


class Talk:
    """One person and one draft. Every draft goes through JSON between two messages, as the store does it."""

    def __init__(self, form: Form, profile: dict[str, str] | None = None) -> None:
        self.form = form
        self.submits = 0
        self.take(start(form, DRAFT_ID, TODAY, profile or {}))

    def take(self, done: Step) -> str:
        self.step = done
        self.submits += done.outcome == "submit"
        self.draft = Draft.from_json(json.loads(json.dumps(done.draft.to_json())))
        self.last = "\n".join(reply.text for reply in done.replies)
        return self.last

    @property
    def buttons(self) -> list[Button]:
        return [button for reply in self.step.replies for row in reply.buttons for button in row]

    def say(self, *texts: str) -> str:
        for text in texts:
            self.take(step(self.form, self.draft, Event(text), TODAY))
        return self.last

    def press(self, label: str) -> str:
        return self.press_id(next(button.id for button in self.buttons if label in button.label))

    def press_id(self, press: str) -> str:
        return self.take(step(self.form, self.draft, Event(press=press), TODAY))

    def send(self, *names: str, media_type: str = "application/pdf", size: int = 1000, problem: str = "") -> str:
        files = tuple(Attachment(name, f"x/{name}", size, media_type, problem) for name in names)
        return self.take(step(self.form, self.draft, Event(attachments=files), TODAY))

    def send_with(self, caption: str, *names: str, media_type: str = DOCX) -> str:
        """Files with words under them."""
        files = tuple(Attachment(name, f"x/{name}", 1000, media_type) for name in names)
        return self.take(step(self.form, self.draft, Event(caption, attachments=files), TODAY))
