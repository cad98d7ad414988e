"""Papers in a conversation: asked for by name or by button, with or without a form in hand."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.answer.cite import citation
from bot.content.forms import Form
from bot.content.models import Content
from bot.content.papers import Paper
from bot.filing.draft import Draft
from bot.filing.paper_wishes import EVERYTHING, wished
from bot.filing.papers import DOCX, Written, filled_name, given, labels_of, render
from bot.messages import Attachment, Button, Incoming, Reply
from bot.store.records import Records

FOLDER = "papers"
"""Where papers lie in the files folder, one folder a chat. They can always be written again."""
PDF = "application/pdf"
_PRESS = re.compile(r"p:([a-z0-9_]+)(?::([dr]):([A-Za-z0-9-]+))?")
_PDF_PRESS = re.compile(r"pdf:([a-z0-9_]+-[0-9a-f]{10})")


class Paperwork:
    """Writes papers. `pdf`: whether they can be turned into PDF on this machine."""

    def __init__(self, content: Content, files: Path, pdf: bool = False) -> None:
        self.content = content
        self.files = files
        self.pdf = pdf

    def wished(self, text: str) -> str:
        """Id of the paper that a message asks for, `papers` for the list, "" for neither."""
        return wished(text, self.content.papers.listed)

    def by_name(self, paper: str, chat: str, held: tuple[Form, Draft] | None) -> list[Reply]:
        """The paper with this id: from the draft in hand, else blank. `papers` gives the list."""
        if paper == EVERYTHING:
            return [self.overview()]
        return [self._hand_over(paper, chat, *self._of_draft(held))]

    def press(self, incoming: Incoming, records: Records) -> list[Reply] | None:
        """`papers` the list, `p:id` a blank one, `p:id:d:draft` and `p:id:r:receipt` filled in, `pdf:name` the PDF of
        one that was written. None when it is none of these."""
        if incoming.press == EVERYTHING:
            return [self.overview()]
        if found := _PDF_PRESS.fullmatch(incoming.press):
            return [self._as_pdf(found[1], incoming.chat)]
        found = _PRESS.fullmatch(incoming.press)
        if not found or found[1] not in self._known():
            return None
        kind, key = found[2] or "", found[3] or ""
        form, answers = self._stored(kind, key, incoming.chat, records)
        return [self._hand_over(found[1], incoming.chat, form, answers)]

    def overview(self) -> Reply:
        """All papers, each with a button."""
        texts, listed = self.content.replies, list(self.content.papers.listed.values())
        buttons = [Button(paper.label[:20], f"p:{paper.id}") for paper in listed]
        rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
        return Reply(texts["papers_list"].format(count=len(listed)), buttons=rows)

    def forget(self, chat: str) -> None:
        """Delete everything that was written for a chat."""
        shutil.rmtree(self.files / chat_folder(chat), ignore_errors=True)

    def _known(self) -> set[str]:
        return {name.rpartition(".")[0] for name in self.content.papers.templates}

    def _of_draft(self, held: tuple[Form, Draft] | None) -> tuple[Form | None, Mapping[str, Any]]:
        return (held[0], held[1].answers(held[0])) if held else (None, {})

    def _stored(self, kind: str, key: str, chat: str, records: Records) -> tuple[Form | None, Mapping[str, Any]]:
        """Form and answers that a button belongs to; nobody's but this chat's."""
        if kind == "d":
            stored = records.draft_by_tail(key, chat)
            form = self.content.forms.get(stored.form_id) if stored else None
            return self._of_draft((form, Draft.from_json(stored.draft)) if stored and form else None)
        if kind == "r":
            handed = records.submission(key)
            if handed is not None and handed.chat == chat:
                return self.content.forms.get(handed.form_id), handed.answers
        return None, {}

    def _hand_over(self, paper_id: str, chat: str, form: Form | None, answers: Mapping[str, Any]) -> Reply:
        """Write the paper; say what it is, which blanks remain and what to do with it."""
        template = f"{paper_id}.docx"
        paper = self.content.papers.listed.get(paper_id)
        document = next((d for d in form.documents if d.template == template), None) if form else None
        name = paper.label if paper else document.label if document else paper_id
        data = self.content.papers.templates[template]
        values = given(form, answers) if form else {}
        if form and document and document.name:
            name = filled_name(form, document.name, answers) or name
        path = chat_folder(chat) / f"{paper_id}-{_digest(data, answers)}.docx"
        written = render(data, values, self.files / path)
        file = Attachment(f"{name}.docx", path.as_posix(), (self.files / path).stat().st_size, DOCX)
        label = paper.label if paper else document.label if document else paper_id
        lines = self._about(label, paper, written, form)
        if document and document.hint:
            lines.append(document.hint)
        return Reply("\n".join(lines), buttons=self._ways(paper, path, form), files=(file,))

    def _about(self, label: str, paper: Paper | None, written: Written, form: Form | None) -> list[str]:
        texts = self.content.replies
        lines = [texts["paper_ready"].format(label=label, what=paper.what if paper else "")]
        if not written.blanks:
            lines.append(texts["paper_full"])
        elif form is None:
            lines.append(texts["paper_blank"].format(count=written.blanks))
        else:
            named = labels_of(form, written.missing)
            lacking = texts["paper_lacking"].format(labels="、".join(named[:6]), more="等" if len(named) > 6 else "")
            lines.append(texts["paper_blanks"].format(count=written.blanks, lacking=lacking if named else ""))
        if paper:
            lines.append(texts["paper_next"].format(next=paper.next))
            lines.append(f"{texts['sources']}：{citation(paper.sources, self.content.sources)}")
        return lines

    def _ways(self, paper: Paper | None, path: Path, form: Form | None) -> tuple[tuple[Button, ...], ...]:
        texts = self.content.replies
        ways = [Button(texts["paper_pdf"], f"pdf:{path.stem}")] if self.pdf else []
        if paper and form is None and paper.form in self.content.forms:
            ways.append(Button(texts["paper_fill"], f"form:begin:{paper.form}"))
        ways.append(Button(texts["paper_more"], EVERYTHING))
        return tuple((way,) for way in ways)

    def _as_pdf(self, name: str, chat: str) -> Reply:
        """The PDF that was made before the message was handled (bot/delivery/pdf.py)."""
        texts = self.content.replies
        path = chat_folder(chat) / f"{name}.pdf"
        if not (self.files / path).is_file():
            return Reply(texts["paper_no_pdf"], buttons=((Button(texts["paper_more"], EVERYTHING),),))
        paper = self.content.papers.listed.get(name.rpartition("-")[0])
        label = paper.label if paper else name
        file = Attachment(f"{label}.pdf", path.as_posix(), (self.files / path).stat().st_size, PDF)
        return Reply(texts["paper_pdf_ready"].format(label=label), files=(file,))


def chat_folder(chat: str) -> Path:
    """Folder of a chat's papers, relative to the files folder."""
    return Path(FOLDER) / hashlib.sha256(chat.encode()).hexdigest()[:16]


def wanted_pdf(incoming: Incoming) -> Path | None:
    """The Word file, relative to the files folder, whose PDF a button asks for; None when it asks for none."""
    found = _PDF_PRESS.fullmatch(incoming.press)
    return chat_folder(incoming.chat) / f"{found[1]}.docx" if found else None


def _digest(template: bytes, answers: Mapping[str, Any]) -> str:
    """The same answers give the same file, so that asking twice fills no disk."""
    told = json.dumps(answers, ensure_ascii=False, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return hashlib.sha256(template + told).hexdigest()[:10]
