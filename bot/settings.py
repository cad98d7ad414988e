"""The one reader of the environment."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_CONTENT = Path(__file__).resolve().parent.parent
FIRST_PORT = 8080
TELEGRAM_API = "https://api.telegram.org"


class BadSetting(ValueError):
    """A setting that cannot be used; the text says which, why and what to write instead."""


@dataclass(frozen=True)
class Settings:
    """All settings, checked."""

    data: Path
    """Folder for database, files, cached model and local content (KEXIE_DATA)."""
    database_url: str
    """SQLAlchemy URL (KEXIE_DATABASE_URL)."""
    host: str
    port: int
    """0 for the first free one from 8080."""
    telegram_token: str
    """"" when Telegram is not used."""
    telegram_api: str
    """Base address of the Bot API."""
    telegram_webhook: str
    """Public https address to which Telegram sends updates, "" to fetch them by polling."""
    telegram_secret: str
    """What Telegram has to send with each webhook request, "" to derive it from the token."""
    content: Path
    """Folder that holds knowledge/, intents/ and forms/ (KEXIE_CONTENT)."""
    metrics_token: str = ""
    """Bearer token for /metrics, "" for this machine only (KEXIE_METRICS_TOKEN)."""
    log: str = "text"
    """text or json (KEXIE_LOG)."""
    public_url: str = ""
    """Address under which people open the pages, without a slash at the end, "" when nobody has said (KEXIE_PUBLIC_URL)."""

    @property
    def desk(self) -> str:
        """Address of the staff desk as far as it is known, else "": a port that is looked for is known later."""
        if self.public_url:
            return f"{self.public_url}/staff"
        if not self.port or self.host in ("0.0.0.0", "::"):
            return ""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/staff"

    @property
    def files(self) -> Path:
        """Folder of received and written files."""
        return self.data / "files"

    @property
    def local_content(self) -> Path:
        """Folder of the local entries, beside the shipped content; need not exist."""
        return self.data / "content"

    @property
    def library(self) -> Path:
        """Database of imported documents; need not exist."""
        return self.data / "knowledge.db"

    @property
    def models(self) -> Path:
        """Folder of cached classifiers."""
        return self.data / "models"

    @property
    def parsed_content(self) -> Path:
        """Cache of the parsed content files."""
        return self.models / "content.cache"


def bot_number(token: str) -> int:
    """Number of the bot that a Telegram token is for. Raises BadSetting for one that is not of the form that @BotFather
    gives out."""
    found = re.fullmatch(r"(\d+):\S+", token)
    if not found:
        raise BadSetting("KEXIE_TELEGRAM_TOKEN 要写成 数字:字母，例如 123456:ABC。请到 @BotFather 复制完整的令牌。")
    return int(found[1])


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment. Raises BadSetting."""
    env = os.environ if environment is None else environment
    data = Path(env.get("KEXIE_DATA") or "data")
    port_text = env.get("KEXIE_PORT", "").strip()
    if port_text and not (port_text.isdigit() and int(port_text) < 65536):
        raise BadSetting(f"KEXIE_PORT 是 '{port_text}'，要写 0 到 65535 的整数，例如 8080。")
    content = Path(env.get("KEXIE_CONTENT") or DEFAULT_CONTENT)
    if not content.is_dir():
        raise BadSetting(f"KEXIE_CONTENT 指的文件夹不存在：{content}。请写放着 knowledge、intents、forms 的文件夹。")
    url = check_database(env.get("KEXIE_DATABASE_URL") or default_database(data), "KEXIE_DATABASE_URL ")
    log = env.get("KEXIE_LOG", "").strip() or "text"
    if log not in ("text", "json"):
        raise BadSetting(f"KEXIE_LOG 是 '{log}'，要写 text（给人看）或 json（给程序读）。")
    api = (env.get("KEXIE_TELEGRAM_API") or TELEGRAM_API).rstrip("/")
    webhook, secret = env.get("KEXIE_TELEGRAM_WEBHOOK", "").strip(), env.get("KEXIE_TELEGRAM_SECRET", "").strip()
    # A Bot API server of one's own also takes plain http; Telegram's does not.
    schemes = ("https",) if api == TELEGRAM_API else ("https", "http")
    if webhook and (urlsplit(webhook).scheme not in schemes or not urlsplit(webhook).path.strip("/")):
        raise BadSetting(
            "KEXIE_TELEGRAM_WEBHOOK 要写完整的公网地址，以 https:// 开头，后面带一段路径，"
            "例如 https://kexie.example.org/telegram。"
        )
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise BadSetting("KEXIE_TELEGRAM_SECRET 只能用英文字母、数字、下划线和短横线，最多 256 个。不写也可以。")
    token = env.get("KEXIE_TELEGRAM_TOKEN", "").strip()
    if token:
        # Said here already, not by the channel alone: before a start spends half a minute on the model.
        bot_number(token)
    public = env.get("KEXIE_PUBLIC_URL", "").strip().rstrip("/")
    if public and (urlsplit(public).scheme not in ("https", "http") or not urlsplit(public).netloc):
        raise BadSetting("KEXIE_PUBLIC_URL 要写别人打开网页用的完整地址，例如 https://kexie.example.org。")
    return Settings(
        data=data,
        database_url=url,
        host=env.get("KEXIE_HOST") or "127.0.0.1",
        port=int(port_text or 0),
        telegram_token=token,
        telegram_api=api,
        telegram_webhook=webhook,
        telegram_secret=secret,
        content=content,
        metrics_token=env.get("KEXIE_METRICS_TOKEN", "").strip(),
        log=log,
        public_url=public,
    )


def default_database(data: Path) -> str:
    """Address of the database in a data folder."""
    return f"sqlite:///{data / 'kexie.db'}"


def check_database(url: str, named: str) -> str:
    """A database address, as it is. Raises BadSetting, which calls it `named`."""
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise BadSetting(f"{named}要以 sqlite:/// 或 postgresql+psycopg:// 开头。")
    return url


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the port that was set, else on the first free one from 8080. Raises BadSetting.

    Bound at once, not only looked at: of two processes that start together each gets its own.
    """
    for port in [settings.port] if settings.port else range(FIRST_PORT, FIRST_PORT + 200):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        # By its protocol asyncio knows that answers must not be held back to be sent together (Nagle): that costs 40 ms.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((settings.host, port))
            bound.listen(1024)
        except OSError:
            bound.close()
            continue
        return bound
    raise BadSetting(
        f"端口 {settings.port or FIRST_PORT} 已被占用或不能用。请用 KEXIE_PORT 换一个，例如 KEXIE_PORT=8090。"
    )
