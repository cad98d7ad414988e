"""The drill: a backup under load, a crash, another place, and everybody goes on."""

from __future__ import annotations

import tarfile
import threading
from pathlib import Path

from bot.backup import archive
from bot.filing.receipt import normalise
from tests.conversations.test_filing import ANSWERS
from tests.emulator import Emulator, Person
from tests.end_to_end.telegram_service import WAIT, rows, running, submissions, telegram_service
from tests.end_to_end.test_telegram_filing import begin, fill
from tests.service import Service


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


def restored(service: Service, place: Path, backup: Path, bot: Emulator, content: Path, models: Path) -> Service:
    """Another service on another folder that `kexie restore` has filled."""
    service.command("restore", str(backup), "--to", str(place))
    other = telegram_service(place.with_name("unused"), content, models, bot)
    other.data, other.log = place, place.with_name("restored.log")
    other.environment["KEXIE_DATA"] = str(place)
    (place / "models").symlink_to(models)
    return other


def test_after_a_backup_under_load_and_a_crash_everybody_goes_on_elsewhere(
    tmp_path: Path, small_content: Path, small_models: Path
) -> None:
    """While people ask, a filing with a document is handed in, another one is half filled in, and a backup is taken. The
    service is killed and restored in a new place: the rows are those of the manifest, the receipt is found, the document
    opens, the half form goes on where it was."""
    charter = tmp_path / "章程草案.pdf"
    charter.write_bytes(b"%PDF-1.7\n%%EOF")
    with Emulator() as bot:
        service = telegram_service(tmp_path / "data", small_content, small_models, bot)
        firm, late = bot.person("测试企业"), bot.person("测试企业乙")
        crowd = Crowd([bot.person(f"测试员{number}") for number in range(10)])
        with service:
            crowd.start()
            try:
                begin(firm)
                fill(firm, ANSWERS, charter)
                firm.press("提交")
                receipt = normalise(firm.until("回执号", WAIT)[-1].text)
                late.say("我要备案")
                late.until("单位全称", WAIT)
                late.say("测试二号有限公司")
                late.until(ANSWERS[1][0], WAIT)
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
        other = restored(service, tmp_path / "elsewhere", backup, bot, small_content, small_models)
        for table, number in manifest.rows.items():
            assert rows(other, f"select count(*) from {table}") == [(number,)], table
        [submitted] = submissions(other)
        assert submitted.receipt == receipt
        stored = other.data / "files" / submitted.answers["charter_file"][0]["path"]
        assert stored.read_bytes() == charter.read_bytes()
        with tarfile.open(backup) as tar:
            assert any(name.startswith("files/receipts/") for name in tar.getnames())
        with running(other):
            assert receipt
            firm.say(receipt)
            firm.until("已收到", WAIT)
            late.say(ANSWERS[1][1])
            late.until(ANSWERS[2][0], WAIT)
