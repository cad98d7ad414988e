"""Papers in a conversation: by name without a form, from the draft as it stands, on the check page and the receipt."""

from __future__ import annotations

import shutil
from pathlib import Path

import docx
import pytest
import yaml

from bot.content.papers import load_papers
from bot.content.problems import Problems
from bot.filing.paper_wishes import wished
from bot.paperwork import chat_folder
from tests.conversations.test_filing import fill
from tests.talk import Desk, Talk

ROOT = Path(__file__).parents[2]
_SOURCES = [
    f"{place['id']}"
    for document in yaml.safe_load((ROOT / "knowledge/sources.yaml").read_text("utf-8"))
    for place in document["places"]
]
PAPERS = load_papers(ROOT / "forms/templates", _SOURCES, {}, Problems()).listed


def paper(talk: Talk, number: int = 0) -> str:
    """Text of the Word file that came with the last replies."""
    files = [file for reply in talk.replies for file in reply.files]
    path = talk.desk.app.settings.files / files[number].path
    found = docx.Document(str(path))
    cells = [cell.text for table in found.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in found.paragraphs), *cells])


def names(talk: Talk) -> list[str]:
    return [file.name for reply in talk.replies for file in reply.files]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("给我一份代表大会议程模板", "congress_agenda"),
        ("给我一份代表大会议程的模板", "congress_agenda"),
        ("要章程", "charter"),
        ("下载议程", "congress_agenda"),
        ("生成 成立申请报告", "founding_report"),
        ("生成成立申请报告", "founding_report"),
        ("有没有选票的样本？", "ballot"),
        ("有章程范本吗", "charter"),
        ("请发我一份领导机构候选人建议名单", "candidates"),
        ("我想要一份给党委的请示模板", "party_request"),
        ("党组织请示 模板", "party_request"),
        ("打印一份简历表", "resume"),
        ("帮我起草工作报告", "work_report"),
        ("镇江申报书 word", "zhenjiang_model"),
        ("下载岳阳自评表", "yueyang_self"),
        ("给我选举结果报告的空白表", "congress_result"),
        ("备案材料清单发我一下", "filing_list"),
        ("有哪些材料模板", "papers"),
        ("模板", "papers"),
        ("你们有什么范本可以下载", "papers"),
        ("哪里能下载章程模板", "charter"),
        ("申报书在哪下载？", "zhenjiang_model"),
        ("来个选票的模板呗，谢谢", ""),
        ("来个选票的模板，谢谢", "ballot"),
        ("瑞安市的批复有范文么", "party_reply"),
        ("需要请示吗", ""),
        ("要不要做工作报告", ""),
        ("请示写给谁", ""),
        ("章程怎么写", ""),
        ("要章程吗", ""),
        ("备案要交章程吗", ""),
        ("章程模板第十条讲什么", ""),
        ("章程里退休会员的资格保留几年", ""),
        ("给我讲讲章程", ""),
        ("议程", ""),
        ("选票怎么印", ""),
        ("工作报告谁来审议", ""),
        ("我要备案", ""),
        ("我要申请成立企业科协", ""),
        ("批复下来要多久", ""),
        ("", ""),
        ("章程" + "有没有没有有没" * 5 + "讲", ""),
        ("模板" + "有没有没有有没" * 5 + "讲", ""),
        ("给我一份代表大会议程模板" + "，我们公司是做轴承的" * 5, ""),
    ],
)
def test_a_wish_for_a_paper_is_told_from_a_question(text: str, wanted: str) -> None:
    """Who asks for a paper gets it; who asks about it gets an answer."""
    assert wished(text, PAPERS) == wanted


@pytest.mark.parametrize("paper_id", PAPERS)
def test_every_paper_can_be_asked_for_by_each_of_its_names(paper_id: str) -> None:
    """Label and other names, with 「给我一份…」 and as a button label."""
    for name in (PAPERS[paper_id].label, *PAPERS[paper_id].names):
        assert wished(f"给我一份{name}", PAPERS) == paper_id


def test_a_blank_paper_comes_at_once_without_any_form(small_desk: Desk) -> None:
    """The reply says what it is, how many blanks, what to do with it and who demands it; nothing is stored."""
    talk = small_desk.person()
    talk.say("给我一份代表大会议程模板")
    assert names(talk) == ["代表大会议程.docx"]
    for said in ("空白件", "黄底", "拿到以后", "组织通则 第二十七条"):
        assert said in talk.last
    assert "＿＿＿＿" in paper(talk)
    assert "选举主席、副主席" in paper(talk)
    assert "没有正在填的表" in talk.say("继续")


def test_the_list_of_papers_has_a_button_for_each(small_desk: Desk) -> None:
    """「有哪些材料模板」 lists all; a button gives the paper; its reply leads back to the list."""
    talk = small_desk.person()
    talk.say("有哪些材料模板")
    assert talk.labels == [one.label for one in PAPERS.values()]
    talk.press("选票")
    assert names(talk) == ["选票.docx"]
    talk.press("还有哪些材料")
    assert "企业科协章程（草案）" in talk.labels


def test_a_paper_in_the_middle_of_a_form_holds_what_was_answered(small_desk: Desk) -> None:
    """The draft as it stands is written in, the rest stays blank, and the question comes again."""
    talk = small_desk.person()
    talk.say("我要备案")
    fill(talk, until="企业类型")
    talk.say("下载企业基本情况说明")
    assert names(talk) == ["企业基本情况说明-测试一号有限公司.docx"]
    assert "测试一号有限公司" in paper(talk)
    assert "测试路1号" in paper(talk)
    assert "＿＿＿＿" in paper(talk)
    assert "员工总数" in talk.replies[0].text
    assert "企业类型" in talk.replies[-1].text
    talk.say("要章程")
    assert "测试一号有限公司科学技术协会" in paper(talk)
    assert "企业类型" in talk.replies[-1].text
    talk.say("民营")
    assert "员工总数" in talk.last


def test_papers_are_offered_on_the_check_page_and_on_the_receipt(small_desk: Desk) -> None:
    """Their buttons write the paper from the draft, and after submitting from what was handed in."""
    talk = small_desk.person()
    talk.say("我要备案")
    fill(talk)
    assert "备案材料清单" in talk.labels
    draft_button = talk.button("企业基本情况说明")
    talk.press_id(draft_button)
    assert "赵测试" in paper(talk)
    talk.say("提交")
    assert "回执号" in talk.last
    receipt_button = talk.button("企业基本情况说明")
    talk.press_id(receipt_button)
    assert "赵测试" in paper(talk)
    thief = small_desk.person("c2")
    for stolen in (draft_button, receipt_button):
        thief.press_id(stolen)
        assert "赵测试" not in paper(thief)
        assert "空白件" in thief.last


def test_what_somebody_types_for_staff_is_never_taken_for_a_wish(small_desk: Desk) -> None:
    """A message to staff may ask for a template."""
    talk = small_desk.person()
    talk.say("我要留言")
    talk.say("给我一份章程模板")
    assert names(talk) == []
    assert "单位和称呼" in talk.last


def test_deleting_my_data_deletes_the_papers(small_desk: Desk) -> None:
    """Papers hold names and telephone numbers."""
    talk = small_desk.person()
    talk.say("给我一份章程模板")
    folder = small_desk.app.settings.files / chat_folder(talk.chat)
    assert list(folder.glob("*.docx"))
    talk.say("删除我的数据")
    talk.press("是")
    assert not folder.exists()


def test_the_same_paper_twice_is_one_file(small_desk: Desk) -> None:
    """Asking again and again fills no disk."""
    talk = small_desk.person()
    for _ in range(3):
        talk.say("给我一份章程模板")
    assert len(list((small_desk.app.settings.files / chat_folder(talk.chat)).iterdir())) == 1


@pytest.mark.parametrize(
    "press", ["p:nosuch", "p:../../x", "pdf:charter-0000000000", "pdf:../x-0000000000", "p:charter:r:KX"]
)
def test_a_made_up_button_does_no_harm(small_desk: Desk, press: str) -> None:
    """Whatever id comes back, the answer is a kind one, and no file of somebody else."""
    talk = small_desk.person()
    talk.press_id(press)
    assert talk.last
    assert "problem" not in talk.last
    assert "没处理好" not in talk.last


@pytest.mark.skipif(not shutil.which("soffice"), reason="没有装 LibreOffice")
def test_a_paper_can_be_had_as_pdf_where_libreoffice_is_installed(small_desk: Desk) -> None:
    """The button under the Word file gives the same as PDF."""
    talk = small_desk.person()
    talk.say("给我一份选票")
    talk.press("要 PDF")
    (name,) = names(talk)
    assert name == "选票.pdf"
    path = small_desk.app.settings.files / talk.replies[0].files[0].path
    assert path.read_bytes().startswith(b"%PDF")
