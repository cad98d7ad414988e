"""`kexie staff`: who works here, and what they are to look at."""

from __future__ import annotations

import argparse
import sys

from bot.app import App
from bot.commands import staff_questions
from bot.desk import sentences
from bot.settings import Settings
from bot.store.records import Records

ROLES = {"reviewer": "审核员", "admin": "管理员"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    add = actions.add_parser("add", help="登记一位工作人员，给出一次性的登记码")
    add.add_argument("name", metavar="姓名")
    add.add_argument("--region", default="", metavar="城市", help="只管这个市；不写就管全部")
    add.add_argument("--role", default="reviewer", choices=tuple(ROLES), help="reviewer 审核员；admin 管理员")
    actions.add_parser("list", help="列出所有工作人员")
    remove = actions.add_parser("remove", help="移除一位工作人员")
    remove.add_argument("name", metavar="姓名")
    asked = actions.add_parser("questions", help="没答上来的问题，问法相近的归在一起")
    staff_questions.arguments(asked)
    check_in = actions.add_parser("checkin", help="活动现场签到：输入回执上的签到码")
    check_in.add_argument("code", metavar="签到码")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Do it and say what was done."""
    app = App(settings)
    if given.action == "questions":
        return staff_questions.run(given, app)
    if given.action == "add" and not 0 < len(given.name.strip()) <= 60:
        print("姓名要写 1 到 60 个字。", file=sys.stderr)
        return 2
    if given.action == "checkin":
        return _check_in(app, given.code)
    with app.database.transaction() as connection:
        records = Records(connection, app.database.clock())
        if given.action == "add":
            region = _city(app, given.region.strip())
            code = records.add_staff(given.name.strip(), given.role, region)
            records.note("command line", "staff add", given.name.strip())
            print(f"已登记 {given.name}。登记码：{code}（只能用一次）")
            print(
                f"请他在自己的聊天（网页或 Telegram）里发：登记 {code}；或者打开工作台（{app.content.replies['desk_at']}）输入。"
            )
            if region:
                print(f"他只看得到{region}的材料。写错了，就移除他再登记一次。")
        elif given.action == "list":
            members = records.staff_members()
            for member in members:
                where = f"在 {member.chat.partition(':')[0]} 上接收通知" if member.chat else "还没有用登记码"
                print(f"{member.name}  {ROLES[member.role]}  {member.region or '全部城市'}  {where}")
            if not members:
                print("还没有工作人员。登记一位：kexie staff add 姓名")
        else:
            if not records.remove_staff(given.name):
                print(f"没有叫 {given.name} 的工作人员。用 kexie staff list 看名单。", file=sys.stderr)
                return 1
            records.note("command line", "staff remove", given.name)
            print(f"已移除 {given.name}。")
    return 0


def _city(app: App, place: str) -> str:
    """The city that has rules for a place: 瑞安 -> 温州. What people hand in is kept by city, so somebody who is put down
    for a county would see nothing. Any other place stays as it is."""
    for region in app.content.regions.values():
        if {place, f"{place}市", f"{place}县", f"{place}区"} & {region.name, f"{region.name}市", *region.counties}:
            return region.name
    return place


def _check_in(app: App, code: str) -> int:
    """Let somebody in at the door of an event; 1 when the code does not let them in."""
    with app.database.transaction() as connection:
        records = Records(connection, app.database.clock())
        let_in, told = sentences.check_in(code, "command line", records, app.content)
    print(told, file=sys.stdout if let_in else sys.stderr)
    return 0 if let_in else 1
