"""Files that come before or after their question: they are kept for the question that takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.filing.filing_talk import DOCX, Talk, read_form, small

SURVEY = """
  - {type: text, name: title, label: 题目, required: yes}
  - {type: text, name: author, label: 作者, required: yes}
  - {type: file, name: paper, label: 稿件文件, required: yes, accept: [.docx], max_files: 1}
  - {type: file, name: proof, label: 证明材料, accept: [.docx, .pdf], max_files: 2}
  - {type: image, name: photos, label: 配图, accept: [.jpg], max_files: 2}
"""


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    """Somebody at the first question of a form that ends with files."""
    return Talk(read_form(small(SURVEY), tmp_path))


def names(talk: Talk, field: str) -> list[str]:
    return [file["name"] for file in talk.draft.values.get(field, [])]


def test_a_file_at_the_first_question_is_kept_for_its_own(talk: Talk) -> None:
    """It is said where it is, the question is asked again, and that for the file is not asked any more."""
    told = talk.send("稿.docx", media_type=DOCX)
    assert "收到「稿.docx」，放在「稿件文件」那一项" in told
    assert "题目" in told
    assert names(talk, "paper") == ["稿.docx"]
    talk.say("测试题目", "测试甲")
    assert "证明材料" in talk.last


def test_what_is_written_with_a_file_is_the_answer(talk: Talk) -> None:
    """A caption answers the question at hand; a question in it is not lost, and the file is kept."""
    talk.send_with("测试题目", "稿.docx")
    assert talk.draft.values["title"] == "测试题目"
    assert names(talk, "paper") == ["稿.docx"]
    assert "作者" in talk.last
    talk.send_with("请问几天能登？", "证.pdf", media_type="application/pdf")
    assert names(talk, "proof") == ["证.pdf"]
    assert "作者" in talk.last


def test_the_kind_and_the_name_of_a_file_say_where_it_belongs(talk: Talk) -> None:
    """A picture goes to the pictures; of two questions for documents the one that is like the name, else the first that
    has room."""
    assert "「配图」" in talk.send("现场.jpg", media_type="image/jpeg")
    assert "「证明材料」" in talk.send("获奖证明.docx", media_type=DOCX)
    assert "「稿件文件」" in talk.send("a.docx", media_type=DOCX)
    assert "「证明材料」" in talk.send("b.docx", media_type=DOCX)
    assert "最多 1 个文件" in talk.send("c.docx", media_type=DOCX)
    assert "说「改 稿件文件」" in talk.last
    assert "不是" in talk.send("d.exe", media_type="application/x-msdownload")
    assert "请再发一次" in talk.send("e.docx", problem="文件没有下载到，请再发一次。")


def test_another_kind_at_a_question_for_files(talk: Talk) -> None:
    """A picture where a document is asked goes to the pictures, and the document is asked again."""
    talk.say("测试题目", "测试甲")
    told = talk.send("现场.jpg", media_type="image/jpeg")
    assert "「配图」" in told
    assert "稿件文件" in told.partition("「配图」")[2]
    assert talk.draft.at == "paper"


def test_on_the_check_page(talk: Talk) -> None:
    """A file that was passed over is kept when it comes after all."""
    talk.say("测试题目", "测试甲")
    talk.send("稿.docx", media_type=DOCX)
    talk.say("跳过", "跳过")
    assert talk.step.outcome == "checking"
    assert "5. 配图：现场.jpg" in talk.send("现场.jpg", media_type="image/jpeg")


def test_inside_a_repeat(tmp_path: Path) -> None:
    """An item without files of its own gives them to the form around it."""
    survey = """
  - type: repeat
    name: people
    label: 人员
    required: yes
    children:
      - {type: text, name: person, label: 姓名, required: yes}
  - {type: file, name: list, label: 名单, accept: [.pdf]}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    assert "「名单」" in talk.send("名单.pdf")
    assert "姓名" in talk.last
    assert "测试甲" in talk.say("测试甲")
    assert "「名单」" in talk.send("名单2.pdf")


def test_a_form_without_files_says_so(tmp_path: Path) -> None:
    """Nothing is kept that nobody asked for."""
    talk = Talk(read_form(small("  - {type: text, name: a, label: 甲, required: yes}\n"), tmp_path))
    assert "这张表不收文件" in talk.send("稿.docx", media_type=DOCX)
    assert talk.draft.files() == []
