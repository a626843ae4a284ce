"""The table of countries and regions has the form that the world's sentences rely on."""

import re

import pytest

from tests.support.paths import ROOT

TABLE = ROOT / "gptlab" / "world" / "data" / "countries.tsv"
PAIRED = ("capital", "continent", "mountain", "water", "currency", "language")
COLUMNS = ["en", "zh"]
for _fact in PAIRED:
    COLUMNS += [f"{_fact}_en", f"{_fact}_zh"] + (["water_kind"] if _fact == "water" else [])
CONTINENTS = {
    "Asia": "亚洲",
    "Europe": "欧洲",
    "Africa": "非洲",
    "North America": "北美洲",
    "South America": "南美洲",
    "Oceania": "大洋洲",
}
ENGLISH = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)*")

KNOWN = {
    "China": "中国 Beijing 北京 Asia/Mount Everest/珠穆朗玛峰/the Yangtze/长江/yuan/人民币",
    "Japan": "日本 Tokyo 东京 Asia/Mount Fuji/富士山/the Shinano/信浓川/yen/日元",
    "France": "法国 Paris 巴黎 Europe/Mont Blanc/勃朗峰/the Loire/卢瓦尔河/euro/欧元",
    "Taiwan": "台湾 Taipei 台北 Asia/Yushan/玉山/the Zhuoshui/浊水溪/New Taiwan dollar/新台币",
    "the United Kingdom": "英国 London 伦敦 Europe/Ben Nevis/本尼维斯山/"
    "the Severn/塞文河/pound sterling/英镑",
    "Canada": "加拿大 Ottawa 渥太华 North America/Mount Logan/洛根山/"
    "the Mackenzie/马更些河/Canadian dollar/加元",
    "Australia": "澳大利亚 Canberra 堪培拉 Oceania/Mount Kosciuszko/科修斯科山/"
    "the Murray/墨累河/Australian dollar/澳元",
    "Brazil": "巴西 Brasilia 巴西利亚 South America/Pico da Neblina/内布利纳峰/"
    "the Amazon/亚马孙河/real/雷亚尔",
    "Egypt": "埃及 Cairo 开罗 Africa/Mount Catherine/凯瑟琳山/"
    "the Nile/尼罗河/Egyptian pound/埃及镑",
    "Croatia": "克罗地亚 Zagreb 萨格勒布 Europe/Dinara/迪纳拉山/the Sava/萨瓦河/euro/欧元",
    "Tanzania": "坦桑尼亚 Dodoma 多多马 Africa/Mount Kilimanjaro/乞力马扎罗山/"
    "Lake Victoria/维多利亚湖/Tanzanian shilling/坦桑尼亚先令",
    "Peru": "秘鲁 Lima 利马 South America/Huascaran/瓦斯卡兰山/Lake Titicaca/的的喀喀湖/sol/索尔",
    "Nepal": "尼泊尔 Kathmandu 加德满都 Asia/Mount Everest/珠穆朗玛峰/"
    "Rara Lake/拉拉湖/Nepalese rupee/尼泊尔卢比",
}


def read_table() -> list[list[str]]:
    """Split the file into its header and rows, losing nothing."""
    text = TABLE.read_bytes().decode("utf-8")
    assert text.endswith("\n") and "\r" not in text
    return [line.split("\t") for line in text[:-1].split("\n")]


HEADER, *CELLS = read_table()
ROWS = [dict(zip(HEADER, cells, strict=True)) for cells in CELLS]


def test_header_and_size():
    assert HEADER == COLUMNS and len(COLUMNS) == 15
    assert len(ROWS) >= 100


@pytest.mark.parametrize("cells", CELLS, ids=lambda cells: cells[0])
def test_every_row_has_fifteen_clean_cells(cells):
    assert len(cells) == 15
    for name, cell in zip(HEADER, cells, strict=True):
        pattern = CHINESE if name.endswith("zh") else ENGLISH
        assert pattern.fullmatch(cell), f"{name}: {cell!r}"


@pytest.mark.parametrize("column", ["en", "zh"])
def test_no_two_countries_share_a_name(column):
    names = [row[column] for row in ROWS]
    assert len(set(names)) == len(names)


def test_continents_are_the_six_allowed():
    assert {row["continent_en"]: row["continent_zh"] for row in ROWS} == CONTINENTS
    assert all(row["continent_zh"] == CONTINENTS[row["continent_en"]] for row in ROWS)


@pytest.mark.parametrize("fact", PAIRED)
@pytest.mark.parametrize(("source", "target"), [("en", "zh"), ("zh", "en")])
def test_one_name_has_one_translation(fact, source, target):
    seen: dict[str, str] = {}
    for row in ROWS:
        name, other = row[f"{fact}_{source}"], row[f"{fact}_{target}"]
        assert seen.setdefault(name, other) == other, f"{name}: {seen[name]} and {other}"


def test_water_kind_fits_the_names():
    for row in ROWS:
        english, chinese = row["water_en"], row["water_zh"]
        assert row["water_kind"] in ("river", "lake")
        is_river = row["water_kind"] == "river"
        assert english.startswith("the ") == (is_river or english == "the Tonle Sap"), english
        assert chinese.endswith(("河", "江", "川", "溪")) == is_river, chinese
        assert chinese.endswith(("湖", "水库")) != is_river, chinese


def test_articles_stand_only_where_english_wants_them():
    articles = {row["en"] for row in ROWS if row["en"].startswith("the ")}
    assert {"the United States", "the United Kingdom", "the Philippines"} <= articles
    for fact in ("capital", "continent", "currency", "language"):
        assert not any(row[f"{fact}_en"].lower().startswith("the ") for row in ROWS)
    german = {row["mountain_en"] for row in ROWS if row["mountain_en"].startswith("the ")}
    assert german == {"the Zugspitze", "the Dufourspitze", "the Grossglockner"}


def test_units_of_currency_are_lower_case():
    for row in ROWS:
        assert row["currency_en"].split()[-1].islower(), row["currency_en"]


def test_best_known_stand_first():
    order = [row["en"] for row in ROWS]
    assert order[:4] == ["China", "the United States", "Japan", "France"]
    assert order.index("Taiwan") < 10


@pytest.mark.parametrize("country", KNOWN)
def test_hand_picked_rows(country):
    (row,) = [row for row in ROWS if row["en"] == country]
    head, *facts = KNOWN[country].split("/")
    zh, capital_en, capital_zh, continent = head.split(" ", 3)
    assert (row["zh"], row["capital_en"], row["capital_zh"]) == (zh, capital_en, capital_zh)
    assert row["continent_en"] == continent
    names = ["mountain_en", "mountain_zh", "water_en", "water_zh", "currency_en", "currency_zh"]
    assert [row[name] for name in names] == facts
