"""Makes docs/chat.png: a real conversation with the real service and the real content.

    python -m docs.make_picture

Run it from the root of the checkout after the page or the answers shown have changed. The unit in it does not exist.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.service import Service
from tests.web.conftest import CHROMIUM
from tests.web.person import Person

PICTURE = Path(__file__).with_name("chat.png")
WIDTH = 760
"""CSS pixels: the conversation's full width and a little air."""
SAID = (
    "我们公司想成立企业科协，第一步做什么？",
    "我要备案",
    "示例市虚构精密机械有限公司",
    "员工120人，科技人员三十个",
)


def main() -> int:
    """Talk, take the picture, say where it is. Exit status 2 without a browser."""
    program = shutil.which("chromium")
    if program is None:
        print("这里没有 chromium。请先安装：apt-get install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, Service(Path(folder) / "data") as service, sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=program, args=CHROMIUM)
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5, color_scheme="light")
        someone = Person(page, service.url)
        for text in SAID:
            someone.say(text)
        take_whole(page)
        browser.close()
    print(PICTURE)
    return 0


def take_whole(page: Page) -> None:
    """A picture as tall as the conversation, so that nothing of it is scrolled away."""
    inside = "() => document.body.scrollHeight - log.clientHeight + log.scrollHeight"
    page.set_viewport_size({"width": WIDTH, "height": int(page.evaluate(inside)) + 8})
    page.evaluate("() => { document.activeElement.blur(); log.scrollTop = 0; }")
    page.screenshot(path=str(PICTURE))


if __name__ == "__main__":
    sys.exit(main())
