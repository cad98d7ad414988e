"""Files that come before, or after, the question that takes them: each is kept for that question, and which is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing.draft import Draft
from bot.filing.scope import asked
from bot.filing.types import check_file
from bot.messages import Attachment

KINDS = ("file", "image")


def lay_in(form: Form, draft: Draft, files: Sequence[Attachment]) -> tuple[Draft, list[str]]:
    """(draft with the files that some question takes, what to say about each)."""
    told = []
    for file in files:
        draft, said = _lay(form, draft, file)
        told.append(said)
    return draft, told


def stored(file: Attachment) -> dict[str, Any]:
    """A file as it stands in a draft."""
    return {"name": file.name, "path": file.path, "size": file.size, "media_type": file.media_type}


def _lay(form: Form, draft: Draft, file: Attachment) -> tuple[Draft, str]:
    fields = [one for one in asked(form, draft.values) if one.type in KINDS]
    fitting = [one for one in fields if not check_file(one, file)]
    free = [one for one in fitting if len(draft.values.get(one.name) or []) < one.max_files]
    if not free:
        return draft, _refusal(form, fields, fitting, file)
    one = max(free, key=lambda field: _likeness(field.label, file.name))  # the first of those that are equally like it
    kept: list[Any] = [*(draft.values.get(one.name) or []), stored(file)]
    skipped = tuple(name for name in draft.skipped if name != one.name)
    draft = replace(draft, values={**draft.values, one.name: kept}, skipped=skipped)
    where = "" if form.quick else f"，放在「{one.label}」那一项。要换，说「改 {one.label}」"
    return draft, f"收到「{file.name}」{where}。"


def is_for_another(form: Form, draft: Draft, one: Field, file: Attachment) -> bool:
    """Whether a question that takes other files is asked now, while another one takes this file."""
    if file.problem or not check_file(one, file):
        return False
    others = (other for other in asked(form, draft.values) if other.type in KINDS and other.name != one.name)
    return any(not check_file(other, file) for other in others)


def _refusal(form: Form, fields: list[Field], fitting: list[Field], file: Attachment) -> str:
    """Why no question takes the file, and what to do."""
    if fitting:
        most = "，".join(f"「{one.label}」最多 {one.max_files} 个文件" for one in fitting)
        return f"{most}，「{file.name}」没有收。要换，说「改 {fitting[0].label}」。"
    if file.problem or not fields:
        later = any(one.type in KINDS for one in flat(form.survey))
        none = f"收到「{file.name}」，不过{'现在还没问到文件，先没收。等问到了再发一次' if later else '这张表不收文件，没有收'}。"
        return file.problem or none
    return f"「{fields[0].label}」没有收：{check_file(fields[0], file)}"


def _likeness(label: str, name: str) -> int:
    """Characters of the longest piece, of two at least, that the label and the file's name share."""
    for length in range(min(len(label), 12), 1, -1):
        if any(label[at : at + length] in name for at in range(len(label) - length + 1)):
            return length
    return 0
