"""The drill: a backup under load, a crash, another place, and everybody goes on."""

from __future__ import annotations

import shutil
import tarfile
import threading
from pathlib import Path

from bot.backup import archive
from bot.filing.receipt import normalise
from tests.emulator import Emulator, Person
from tests.end_to_end.telegram_service import WAIT, rows, running, submissions, telegram_service
from tests.service import Service

FORM = """
form_id: paper
version: "1"
title: 交一份材料
purpose: 试一试。
retention: 存一天。
audience: 测试员
reviewer: 测试员
next_steps: 没有下一步。
receipt: CL
submitter: [unit_name]
ask: [我要交材料, 交一份材料, 材料交给你们, 我有材料要交, 交材料]
survey:
  - {type: text, name: unit_name, label: 单位全称, required: yes}
  - {type: file, name: paper, label: 材料原件, required: yes, accept: [.pdf], max_size: 10000000}
"""
"""A form short enough for a test: Telegram gets one message a second and chat."""


class Crowd(threading.Thread):
    """People who ask until they are told to stop."""

    def __init__(self, people: list[Person]) -> None:
        super().__init__()
        self.people = people
        self.over = threading.Event()

    def run(self) -> None:
        """About twenty questions a second."""
        turn = 0
        while not self.over.wait(0.05):
            self.people[turn % len(self.people)].say(f"成立企业科协向谁申请？第{turn}次")
            turn += 1


def handed_in(person: Person, name: str, paper: Path) -> str:
    """Fill in the form and hand it in; the receipt number."""
    person.say("我要交材料")
    person.until("单位全称", WAIT)
    person.say(name)
    person.until("材料原件", WAIT)
    person.send_file(paper)
    person.until("请检查", WAIT)
    person.press("提交")
    receipt = normalise(person.until("回执号", WAIT)[-1].text)
    assert receipt is not None
    return receipt


def restored(service: Service, place: Path, backup: Path, bot: Emulator, content: Path) -> Service:
    """Another service on another folder that `kexie restore` has filled."""
    service.command("restore", str(backup), "--to", str(place))
    other = telegram_service(place.with_name("unused"), content, None, bot)
    other.data, other.log = place, place.with_name("restored.log")
    other.environment["KEXIE_DATA"] = str(place)
    shutil.copytree(service.data / "models", place / "models")
    return other


def test_after_a_backup_under_load_and_a_crash_everybody_goes_on_elsewhere(tmp_path: Path, small_content: Path) -> None:
    """While people ask, a form with a document is handed in, another one is half filled in, and a backup is taken. The
    service is killed and restored in a new place: the rows are those of the manifest, the receipt is found, the document
    opens, the half form goes on where it was."""
    paper = tmp_path / "章程草案.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    content = shutil.copytree(small_content, tmp_path / "content")
    (content / "forms" / "paper.yaml").write_text(FORM, encoding="utf-8")
    with Emulator() as bot:
        service = telegram_service(tmp_path / "data", content, None, bot)
        firm, late = bot.person("测试企业"), bot.person("测试企业乙")
        crowd = Crowd([bot.person(f"测试员{number}") for number in range(10)])
        with service:
            crowd.start()
            try:
                receipt = handed_in(firm, "测试一号有限公司", paper)
                late.say("我要交材料")
                late.until("单位全称", WAIT)
                late.say("测试二号有限公司")
                late.until("材料原件", WAIT)
                backup = tmp_path / "backup.tar"
                said = service.command("backup", str(backup))
                asked = len(bot.updates)
                assert bot.wait_until(lambda: len(bot.updates) > asked + 5, WAIT), "people went on asking"
            finally:
                crowd.over.set()
                crowd.join()
            service.kill()

        manifest = archive.verify(backup)
        assert f"submissions {manifest.rows['submissions']} 行" in said
        assert manifest.rows["inbox"] > 20
        other = restored(service, tmp_path / "elsewhere", backup, bot, content)
        for table, number in manifest.rows.items():
            assert rows(other, f"select count(*) from {table}") == [(number,)], table
        [submitted] = submissions(other, "paper")
        assert submitted.receipt == receipt
        stored = other.data / "files" / submitted.answers["paper"][0]["path"]
        assert stored.read_bytes() == paper.read_bytes()
        with tarfile.open(backup) as tar:
            assert any(name.startswith("files/receipts/") for name in tar.getnames())
        with running(other):
            firm.say(receipt)
            firm.until("已收到", WAIT)
            late.send_file(paper)
            late.until("请检查", WAIT)
