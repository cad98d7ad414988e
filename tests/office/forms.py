"""Forms of every kind that knows time and people, for tests. Everything in them is invented."""

from __future__ import annotations

from pathlib import Path

HEAD = """form_id: {form_id}
version: "{version}"
title: {title}
purpose: 只用于测试。
retention: 测完就删。
audience: 测试人员
reviewer: 测试科协
ask: [{ask}]
"""

REPORT = """receipt: KB
quick: yes
submitter: [unit_name]
choices:
  kind:
    - {name: lecture, label: 科普讲座, aliases: [讲座, 报告会]}
    - {name: contest, label: 技能竞赛, aliases: [比赛, 比武]}
    - {name: visit, label: 参观交流, aliases: [参观]}
survey:
  - {type: text, name: content, label: 办了什么, hint: 一句话就行：什么时候、在哪里、办了什么、多少人。, required: yes, appearance: whole multiline}
  - {type: text, name: unit_name, label: 单位, required: yes, prefill: unit_name, extract: unit, compact_tag: 单位}
  - {type: date, name: held_on, label: 日期, required: yes, extract: date, constraint: this <= today(), constraint_message: 这一天还没到。}
  - {type: text, name: place, label: 地点, required: yes, extract: place}
  - {type: select_one kind, name: kind, label: 种类, required: yes, extract: kind}
  - {type: integer, name: people, label: 参加人数, required: yes, extract: count, start: 1}
  - {type: decimal, name: cost, label: 花费（元）, extract: amount}
  - {type: text, name: mobile, label: 联系电话, extract: phone, format: cn_mobile, sensitive: yes}
  - {type: image, name: photos, label: 照片, accept: [.jpg, .png], max_files: 3}
"""

EVENT = """receipt: HD
quota: 2
waiting: yes
check_in: yes
submitter: [name]
survey:
  - {type: text, name: name, label: 姓名, required: yes}
"""

FULL_EVENT = """receipt: HE
quota: 1
submitter: [name]
survey:
  - {type: text, name: name, label: 姓名, required: yes}
"""

VOTE = """receipt: TP
access: named
ballot: secret
deadline: "2026-11-30"
choices:
  plan:
    - {name: a, label: 方案甲}
    - {name: b, label: 方案乙}
survey:
  - {type: select_one plan, name: plan, label: 您选哪个方案, required: yes}
"""

NAMED_VOTE = """receipt: TN
access: named
ballot: named
choices:
  plan:
    - {name: a, label: 红色}
    - {name: b, label: 蓝色}
survey:
  - {type: select_one plan, name: plan, label: 选什么颜色, required: yes}
"""

SURVEY = """receipt: WJ
anonymous: always
submitter: [opinion]
survey:
  - {type: text, name: opinion, label: 您的看法, required: yes, prefill: opinion}
"""

ADVICE = """receipt: YJ
anonymous: choice
submitter: [unit_name]
survey:
  - {type: text, name: unit_name, label: 单位, prefill: unit_name}
  - {type: text, name: advice, label: 建议内容, required: yes}
"""

INSIDE = """receipt: NB
access: staff
survey:
  - {type: text, name: content, label: 内容, required: yes}
"""

LATE = """receipt: LA
deadline: "2026-11-01"
late: warn
survey:
  - {type: text, name: content, label: 内容, required: yes}
"""

STRICT = LATE.replace("LA", "LB").replace("late: warn\n", "")
SOON = LATE.replace("LA", "LC").replace("late: warn\n", "").replace("deadline", "opens").replace("11-01", "12-01")
CLOSING = "receipt: CL\nstate: closing\n" + INSIDE.partition("access: staff\n")[2]
CLOSED = "receipt: CD\nstate: closed\n" + INSIDE.partition("access: staff\n")[2]

APPLY = """receipt: SQ
expires_in: 30
submitter: [unit_name, mobile]
reminder: {field: congress_on, months: "1", before: "7", text: 请把大会结果报给受理的科协。}
choices:
  kind:
    - {name: state, label: 国有}
    - {name: private, label: 民营}
survey:
  - {type: text, name: unit_name, label: 单位全称, required: yes, prefill: unit_name}
  - {type: select_one kind, name: kind, label: 性质, required: yes}
  - {type: date, name: congress_on, label: 大会日期, required: yes}
  - {type: text, name: mobile, label: 手机, format: cn_mobile, sensitive: yes}
  - {type: file, name: paper, label: 材料, accept: [.pdf]}
"""

RESULT = """receipt: JG
follows: apply
choices:
  kind:
    - {name: state, label: 国有}
survey:
  - {type: text, name: unit_name, label: 单位全称, required: yes}
  - {type: select_one kind, name: kind, label: 性质, required: yes}
  - {type: date, name: congress_on, label: 大会日期, required: yes}
  - {type: text, name: chair, label: 主席, required: yes}
"""

FORMS: dict[str, tuple[str, str, str]] = {
    "report": ("工作快报", "我要报工作快报, 工作快报, 报一条快报", REPORT),
    "event": ("测试讲座报名", "我要报名讲座, 讲座报名", EVENT),
    "full_event": ("小会报名", "我要报名小会", FULL_EVENT),
    "vote": ("方案投票", "我要投票选方案", VOTE),
    "named_vote": ("颜色投票", "我要投票选颜色", NAMED_VOTE),
    "survey": ("满意度问卷", "我要填问卷", SURVEY),
    "advice": ("意见建议", "我要提意见给科协", ADVICE),
    "inside": ("内部登记", "我要填内部登记", INSIDE),
    "late": ("去年的申报", "我要填去年的申报", LATE),
    "strict": ("截止的申报", "我要填截止的申报", STRICT),
    "soon": ("下月的申报", "我要填下月的申报", SOON),
    "closing": ("快停的表", "我要填快停的表", CLOSING),
    "closed": ("停了的表", "我要填停了的表", CLOSED),
    "apply": ("第一步申请", "我要填第一步申请", APPLY),
    "result": ("第二步结果", "我要填第二步结果", RESULT),
}
"""form_id -> title, ways to ask for it, the rest of its YAML."""


def write_forms(folder: Path) -> None:
    """Write all of them beside the real ones."""
    for form_id, (title, ask, rest) in FORMS.items():
        head = HEAD.format(form_id=form_id, title=title, ask=ask, version="1")
        (folder / f"{form_id}.yaml").write_text(head + rest, encoding="utf-8")
