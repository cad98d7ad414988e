"""The soak of benchmarks/soak_telegram.py in a short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.soak_telegram import Soak
from tests.emulator import Emulator
from tests.end_to_end.telegram_service import telegram_service
from tests.end_to_end.webhook import Webhook


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_six_kills_under_load_lose_and_double_nothing(
    mode: str, tmp_path: Path, small_content: Path, small_models: Path
) -> None:
    """25 updates a second, forms handed in, the service killed six times: every update is handled once, every answer
    arrives, every submission is there once. Only a send under way at a kill may arrive twice."""
    with Emulator() as bot:
        service = telegram_service(tmp_path / "data", small_content, small_models, bot)
        soak = Soak(bot, service, rate=25, seed=11, uptime=1.0, behind=50)
        webhook = Webhook(bot, service) if mode == "webhook" else None
        try:
            if webhook:
                webhook.start()
            found = soak.run(6)
        finally:
            service.kill()
            if webhook:
                webhook.end()
    assert soak.trouble == []
    assert soak.killed >= 6
    assert found.updates > 50
    assert found.submissions > 0
    assert found.broken == {}
    assert found.sent_twice <= 3 * soak.killed, "at most what was under way"
