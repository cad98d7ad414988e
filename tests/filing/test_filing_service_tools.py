"""Tools and lists through the service with a real SQLite file: what is stored, what is not, and what the receipt says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import func, select

from bot.content.forms import Form
from bot.content.models import Content
from bot.filing.service import Filing
from bot.memory import Memory
from bot.messages import Attachment, Incoming, Reply
from bot.store.database import Database
from bot.store.records import Records
from bot.store.tables import drafts, submissions
from tests.filing.filing_talk import read_form, small
from tests.filing.test_filing_service_random import Stub, replies
from tests.talk import Clock

CHAT = "terminal:a"
TOOL = small(
    """
  - {type: integer, name: workers, label: 人数, required: yes}
  - {type: repeat, name: papers, label: 材料, children: [{type: file, name: paper, label: 文件, accept: [.pdf]}]}
"""
).replace("survey:\n", "keep: wished\nresults: [{title: 结论, text: '有 ${workers} 人。'}]\nsurvey:\n")


class Counter:
    """One person at the service; every message is one transaction, as after a restart."""

    def __init__(self, form: Form, folder: Path) -> None:
        self.folder, self.form = folder, form
        self.clock = Clock()
        self.database = Database(f"sqlite:///{folder / 'kexie.db'}", self.clock)
        self.said: list[Reply] = []

    def turn(self, text: str = "", files: tuple[Attachment, ...] = (), begin: bool = False) -> str:
        filing = Filing(cast(Content, Stub({"small": self.form}, replies())), self.folder / "files")
        incoming = Incoming("terminal", CHAT, "u", text=text, attachments=files)
        with self.database.transaction() as connection:
            records = Records(connection, self.clock())
            memory = Memory.from_json(records.chat_state(CHAT))
            if begin:
                memory, self.said = filing.begin("small", memory, incoming, records)
            else:
                held = filing.current(text, memory, CHAT, records)
                assert held is not None
                memory, self.said, _ = filing.feed(held[0], held[1], incoming, memory, records)
            records.save_chat_state(CHAT, memory.to_json())
        return "\n".join(reply.text for reply in self.said)

    def rows(self) -> tuple[int, int]:
        """(drafts, submissions) that are stored."""
        with self.database.reading() as connection:
            count = [connection.execute(select(func.count()).select_from(t)).scalar() for t in (drafts, submissions)]
        return int(count[0] or 0), int(count[1] or 0)


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Counter]:
    """Somebody before the results of a tool, with one file handed in inside a list."""
    (tmp_path / "files/x").mkdir(parents=True)
    (tmp_path / "files/x/a.pdf").write_bytes(b"%PDF-1.7")
    found = Counter(read_form(TOOL, tmp_path), tmp_path)
    found.turn("我要自测", begin=True)
    found.turn("50")
    found.turn("加一项")
    found.turn(files=(Attachment("a.pdf", "x/a.pdf", 8, "application/pdf"),))
    assert "有 50 人。" in found.turn("没有了")
    yield found
    found.database.close()


def test_a_tool_that_is_left_leaves_nothing_behind(tool: Counter) -> None:
    """Neither draft nor submission nor file."""
    assert "没有保存" in tool.turn("结束")
    assert tool.rows() == (0, 0)
    assert not (tool.folder / "files/x/a.pdf").exists()


def test_a_result_that_is_kept_is_a_submission_with_a_receipt(tool: Counter) -> None:
    """The receipt repeats the result; the file stays."""
    told = tool.turn("保存结果")
    assert "回执号" in told
    assert "【结论】\n有 50 人。" in told
    assert "谁来审：测试的科协。" in told
    assert tool.rows() == (1, 1)
    assert (tool.folder / "files/x/a.pdf").exists()
    assert tool.said[-1].files or tool.said[0].files


def test_the_results_of_a_form_stand_on_its_receipt(tmp_path: Path) -> None:
    """With `keep: always` there is a check page first; what happens next names the answers."""
    text = TOOL.replace("keep: wished\n", "next_steps: 核对 ${workers} 人。\n")
    office = Counter(read_form(text, tmp_path), tmp_path)
    office.turn("开始", begin=True)
    office.turn("50")
    assert "请检查「小表」" in office.turn("没有")
    told = office.turn("提交")
    assert told.index("有 50 人。") < told.index("核对 50 人。")
    office.database.close()
