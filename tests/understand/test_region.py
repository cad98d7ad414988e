"""Which city a message speaks of."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.content.models import Region
from bot.understand.features import Featuriser
from bot.understand.normalise import clean
from bot.understand.region import Places

COUNTIES = {
    "温州": ("鹿城区", "瑞安市", "文成县", "永嘉县", "瓯江口"),
    "镇江": ("丹阳市", "丹徒区", "京口区"),
    "岳阳": ("岳阳县", "平江县", "岳阳楼区", "汨罗市"),
}
ELSEWHERE = ("杭州市", "浙江", "上海市", "江苏省", "丹阳市")


@pytest.fixture(scope="module")
def places() -> Places:
    regions = {name: Region(name, name, counties, "", {}) for name, counties in COUNTIES.items()}
    return Places(regions, ELSEWHERE)


@pytest.fixture(scope="module")
def featuriser(small_app: App) -> Featuriser:
    return Featuriser(small_app.content.words)


@pytest.mark.parametrize(
    ("said", "city"),
    [
        ("温州怎么备案", "温州"),
        ("温州市的规定", "温州"),
        ("我们瑞安的企业怎么办", "温州"),
        ("瑞安市科协在哪", "温州"),
        ("文成县要几个人", "温州"),
        ("鹿城那边呢", "温州"),
        ("丹徒区企业", "镇江"),
        ("我在平江", "岳阳"),
        ("岳阳县和岳阳楼区", "岳阳"),
        ("溫州的公司", "温州"),
        ("镇江和温州有啥不同", "镇江"),
        ("论文成果怎么写", ""),
        ("把论文成绩算进去吗", ""),
        ("杭州有规定吗", ""),
        ("企业科协怎么成立", ""),
        ("", ""),
    ],
)
def test_cities_and_counties(places: Places, featuriser: Featuriser, said: str, city: str) -> None:
    """A county leads to its city, the first city named counts, and a name inside other words is none."""
    cleaned = clean(said)
    assert places.city(cleaned, featuriser.pieces(cleaned)) == city


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("杭州有规定吗", "杭州"),
        ("浙江省的通知", "浙江省"),
        ("温州怎么备案", ""),
        ("丹阳呢", ""),
        ("上海人多", "上海"),
        ("上海市浦东", "上海市"),
        ("江苏那边", "江苏"),
    ],
)
def test_places_without_rules_are_noticed(places: Places, featuriser: Featuriser, said: str, place: str) -> None:
    """A province or city without rules here is named, so that another city's rule is not passed off as its own."""
    cleaned = clean(said)
    assert places.other(cleaned, featuriser.pieces(cleaned)) == place


def test_what_is_left_without_places(places: Places) -> None:
    """Names of places, the longest first, are taken out of a text."""
    assert places.without("那温州市呢") == "那呢"
    assert places.without("岳阳楼区的规定") == "的规定"
