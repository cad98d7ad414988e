"""Somebody in front of the chat page: types, presses, sends files, reads. And how they fill in the founding filing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

RECEIPT = re.compile(r"KX-\d{4}-[2-9A-Z]{7}-[0-9A-Z]")
MANY = 60
"""Questions after which a form is thought to go round in circles."""


class Person:
    """One browser page at the service's address."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        page.set_default_timeout(30_000)
        page.goto(f"{url}/")

    @property
    def ours(self) -> Locator:
        """Everything the assistant said."""
        return self.page.locator("#log .ours[data-id]")

    @property
    def last(self) -> str:
        """What the assistant said last."""
        return self.ours.last.locator(".bubble").inner_text()

    @property
    def theirs(self) -> list[str]:
        """What the person said, in order."""
        return self.page.locator("#log .theirs .bubble").all_inner_texts()

    def say(self, text: str) -> str:
        """Type and send; what came back last."""
        self.page.fill("#text", text)
        return self._and_wait(lambda: self.page.press("#text", "Enter"))

    def press(self, label: str) -> str:
        """Press a button under the last line that has it; what came back last."""
        button = self.page.locator("#log button").get_by_text(label, exact=True).last
        return self._and_wait(button.click)

    def send(self, *files: Path) -> str:
        """Send files, one after the other; what came back last."""
        for file in files:
            self._and_wait(lambda file=file: self.page.set_input_files("#file", file))  # type: ignore[misc]
        return self.last

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until a line of the assistant holds the text; that line."""
        line = self.ours.filter(has_text=text).last
        expect(line).to_be_visible(timeout=30_000)
        return line

    def download(self, link: Locator) -> Download:
        """Press a link that hands over a file."""
        with self.page.expect_download() as waiting:
            link.click()
        return waiting.value

    def fill_in(self, answers: dict[str, str | list[Path]], until: str) -> str:
        """Answer whatever is asked, by label, until something with `until` is said. A text that begins with ▶ is a button;
        what is not in `answers` is skipped."""
        for _ in range(MANY):
            if until in self.last:
                return self.last
            label = re.findall(r"^（\d+/\d+）(.+?)(?:（可跳过）)?$", self.last, re.MULTILINE)[-1]
            answer = next((a for name, a in answers.items() if name in label), "跳过")
            if isinstance(answer, list):
                self.send(*answer)
            elif answer.startswith("▶"):
                self.press(answer[1:])
            else:
                self.say(answer)
        raise AssertionError(f"never came to「{until}」; last:\n{self.last}")

    def _and_wait(self, do: Callable[[], object]) -> str:
        before = self.ours.last.get_attribute("data-id") if self.ours.count() else "0"
        do()
        newer = "before => [...document.querySelectorAll('#log .ours[data-id]')].at(-1)?.dataset.id > Number(before)"
        self.page.wait_for_function(newer, arg=before)
        expect(self.page.locator("#log .waiting")).to_have_count(0)
        return self.last


FOUNDING: dict[str, str | list[Path]] = {
    "单位全称": "测试专用不存在机械有限公司",
    "统一社会信用代码": "91321100000000000H",
    "企业在哪个市": "▶温州",
    "县（市、区）": "测试区",
    "单位地址": "测试路0号",
    "企业类型": "▶民营企业",
    "员工总数": "１２０",
    "科技工作者人数": "三十",
    "有没有党组织": "没有",
    "哪天同意": "2025年3月5日",
    "筹备组": "测试甲、测试乙",
    "成立大会": "2025年4月1日",
    "几名委员": "7",
    "副主席姓名": "▶跳过",
    "主席姓名": "测试甲，副总经理",
    "秘书长姓名": '=HYPERLINK("http://example.invalid","测试丙")',
    "会员人数": "40",
    "联系人": "测试丁",
    "联系手机": "13800000000",
    "声明": "▶我确认",
}
"""Answers to the founding filing by part of the question's label; the unit and the people do not exist."""
