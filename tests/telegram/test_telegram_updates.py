"""Raw updates -> Incoming."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import updates
from bot.channels.telegram.updates import Self
from bot.messages import Incoming

ME = Self(7000001, "kexie_test_bot")
PRIVATE = {"id": 42, "type": "private"}
GROUP = {"id": -100200, "type": "supergroup", "title": "测试群"}
PERSON = {"id": 42, "is_bot": False, "first_name": "测试员"}


def message(chat: Any = PRIVATE, kind: Any = "message", **content: Any) -> dict[str, Any]:
    return {"update_id": 9, kind: {"message_id": 5, "date": 1, "chat": chat, "from": PERSON} | content}


def press(**query: Any) -> dict[str, Any]:
    return {"update_id": 9, "callback_query": {"id": "77", "from": PERSON, "chat_instance": "1"} | query}


def read(raw: dict[str, Any], staff: bool = False, me: Self = ME) -> Incoming | None:
    return updates.parse(raw, me, lambda chat: staff)


def must(raw: dict[str, Any], staff: bool = False) -> Incoming:
    found = read(raw, staff)
    assert found
    return found


def test_text() -> None:
    """A private text comes in exactly as typed."""
    assert must(message(text="  我要备案 <b> ")) == Incoming("telegram", "telegram:42", "9", "  我要备案 <b> ")


def test_edited() -> None:
    """A changed message is read like a new one."""
    assert must(message(kind="edited_message", text="改成五十人")).text == "改成五十人"


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("/start", "/start"),
        ("/start join_1A2B3C4D", "/start join_1A2B3C4D"),
        ("/help@kexie_test_bot", "/help"),
        ("/start@Kexie_Test_Bot join_1A2B3C4D", "/start join_1A2B3C4D"),
        ("/help@other_bot", "/help@other_bot"),
        ("@kexie_test_bot 怎么成立", "怎么成立"),
        ("请问@kexie_test_bot怎么成立", "请问怎么成立"),
        ("写给 info@kexie_test_bot.example", "写给 info@kexie_test_bot.example"),
    ],
)
def test_own_name(typed: str, seen: str) -> None:
    """The bot's own name is taken out of commands and texts; other names and addresses stay."""
    assert must(message(text=typed)).text == seen


def test_press() -> None:
    """A pressed button comes in as its id; its chat is the one its message stands in."""
    incoming = must(press(data="form:go", message={"message_id": 3, "date": 0, "chat": GROUP}))
    assert (incoming.press, incoming.text, incoming.chat) == ("form:go", "", "telegram:-100200")
    assert updates.callback_id(press(data="x")) == "77"


def test_press_without_message() -> None:
    """A press under a message that is gone belongs to the private chat of who pressed."""
    assert must(press(data="e:x")).chat == "telegram:42"


def test_others_read_along() -> None:
    """A message or a press in a group is marked: nothing personal may be asked there."""
    assert must(message(GROUP, text="/help")).public
    assert must(press(data="x", message={"message_id": 3, "date": 0, "chat": GROUP})).public
    assert not must(message(text="/help")).public
    assert not must(press(data="x", message={"message_id": 3, "date": 0, "chat": PRIVATE})).public
    assert not must(press(data="x")).public


def test_game_press() -> None:
    """A press without data is nothing to handle."""
    assert read(press(game_short_name="x")) is None


def test_photo() -> None:
    """Of a picture, the largest size is taken, wherever it stands in the list."""
    sides = {"b": 900, "a": 9}
    sizes = [{"file_id": name, "width": side, "height": side, "file_size": side} for name, side in sides.items()]
    raw = message(photo=sizes, caption="营业执照")
    [attachment] = must(raw).attachments
    assert (attachment.name, attachment.size, attachment.path) == ("照片5.jpg", 900, "")
    assert must(raw).text == "营业执照"
    assert updates.remotes(raw)[0].file_id == "b"


def test_album() -> None:
    """The messages of an album carry one key."""
    assert must(message(photo=[{"file_id": "a"}], media_group_id="123")).album == "123"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("章程（草案）.pdf", "章程（草案）.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\章程.docx", "章程.docx"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("..", "文件"),
        ("\n\r\0", "文件"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_document_name(name: str, shown: str) -> None:
    """The name of a document is only shown: no folders, no control or direction characters, not too long."""
    [attachment] = must(message(document={"file_id": "d", "file_name": name, "file_size": 3})).attachments
    assert attachment.name == shown


@pytest.mark.parametrize("key", ["sticker", "voice", "location", "contact", "video", "poll", "dice"])
def test_unreadable_content(key: str) -> None:
    """What is neither text, picture nor document comes in empty, so that it gets a kind answer."""
    incoming = must(message(**{key: {"file_id": "x"}}))
    assert (incoming.text, incoming.attachments) == ("", ())


@pytest.mark.parametrize("key", ["new_chat_members", "pinned_message", "migrate_to_chat_id", "left_chat_member"])
def test_remarks(key: str) -> None:
    """Telegram's own remarks are nothing to handle."""
    assert read(message(GROUP, **{key: 1}), staff=True) is None


def test_membership() -> None:
    """Being blocked or added is stored under its chat and not handled."""
    raw = {"update_id": 4, "my_chat_member": {"chat": PRIVATE, "from": PERSON, "date": 1}}
    assert updates.chat_key(raw) == "telegram:42"
    assert read(raw) is None


ANSWER = {"message_id": 1, "chat": GROUP, "date": 1, "from": {"id": 7000001, "is_bot": True}}


@pytest.mark.parametrize(
    ("content", "heard"),
    [
        ({"text": "中午吃什么"}, False),
        ({"text": "怎么成立", "reply_to_message": ANSWER}, True),
        ({"text": "怎么成立", "reply_to_message": ANSWER | {"forum_topic_created": {"name": "x"}}}, False),
        ({"text": "怎么成立", "reply_to_message": ANSWER | {"from": PERSON}}, False),
        ({"text": "@kexie_test_bot 怎么成立"}, True),
        ({"text": "@KEXIE_TEST_BOT 怎么成立"}, True),
        ({"text": "@kexie_test_bottle 怎么成立"}, False),
        ({"text": "@other_bot 怎么成立"}, False),
        ({"text": "/help"}, True),
        ({"text": "/help@kexie_test_bot"}, True),
        ({"text": "/help@other_bot"}, False),
        ({"text": "助手 怎么成立", "entities": [{"type": "text_mention", "user": {"id": 7000001}}]}, True),
        ({"caption": "@kexie_test_bot 章程", "photo": [{"file_id": "a"}]}, True),
        ({"sticker": {}}, False),
    ],
)
def test_group(content: dict[str, Any], heard: bool) -> None:
    """In a group only what is said to the bot is heard."""
    assert (read(message(GROUP, **content)) is not None) is heard


def test_staff_group() -> None:
    """In a staff chat everything is heard, except empty messages."""
    assert must(message(GROUP, text="下周开会"), staff=True).text == "下周开会"
    assert read(message(GROUP, sticker={}), staff=True) is None


def test_name_unknown() -> None:
    """Before getMe has told the name, a mention of any bot counts: rather heard than lost."""
    assert read(message(GROUP, text="@some_bot 你好"), me=Self(7000001)) is not None


def test_topic() -> None:
    """Each topic of a forum is a chat of its own; a thread of replies elsewhere is not."""
    topic = message(GROUP, text="/help", message_thread_id=8, is_topic_message=True)
    assert must(topic).chat == updates.chat_key(topic) == "telegram:-100200:8"
    assert must(message(GROUP, text="/help", message_thread_id=8)).chat == "telegram:-100200"
    assert updates.address("telegram:-100200:8") == (-100200, 8)


def test_other_bots() -> None:
    """Other bots are not answered; an anonymous administrator is."""
    bot = {"id": 1, "is_bot": True}
    assert read(message(GROUP, **{"text": "/help", "from": bot})) is None
    assert read(message(GROUP, **{"text": "/help", "from": bot, "sender_chat": GROUP})) is not None


def test_other_kinds() -> None:
    """A kind of update that is not known is nothing to handle."""
    assert read({"update_id": 3, "poll_answer": {"poll_id": "1"}}) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "9", "message": {}},
        {"update_id": 9},
        {"update_id": 9, "message": None},
        {"update_id": 9, "message": {"text": "x"}},
        {"update_id": 9, "message": {"text": "x", "chat": {"id": "42"}}},
        {"update_id": 9, "message": {"text": {"x": 1}, "chat": PRIVATE}},
        {"update_id": 9, "message": {"document": {"file_name": "x"}, "chat": PRIVATE}},
        {"garbled": 1},
    ],
)
def test_garbage(raw: dict[str, Any]) -> None:
    """What is no update is a ValueError, so that it becomes a dead letter."""
    with pytest.raises(ValueError):  # noqa: PT011 - the kind is all the worker looks at
        read(raw)


@pytest.mark.parametrize("chat", ["", "web:1", "telegram:x", "telegram:1:2:3", "telegram:１", "telegram:1\r"])
def test_bad_address(chat: str) -> None:
    """Only keys of Telegram chats have an address."""
    with pytest.raises(ValueError, match="Telegram"):
        updates.address(chat)


KEYS = ["update_id", "message", "chat", "id", "type", "text", "photo", "document", "from", "callback_query", "data",
        "entities", "reply_to_message", "file_id", "caption", "message_thread_id", "is_topic_message"]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["private", "group"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(json_values, st.booleans())
def test_any_json(value: Any, deep: bool) -> None:
    """Whatever JSON comes, its chat key can be told and reading it ends in an Incoming, None or ValueError."""
    wrap = deep and isinstance(value, dict)
    raw = {"update_id": 1, "message": {"chat": PRIVATE, "text": "x"} | value} if wrap else value
    assert updates.chat_key(raw).startswith("telegram:")
    if isinstance(raw, dict):
        try:
            found = read(raw)
        except ValueError:
            return
        assert found is None or isinstance(found, Incoming)
