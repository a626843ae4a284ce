"""How the little web states and asks for its facts: `PHRASINGS[relation][language]`, and `fill` for their slots.

Sentences about countries and about the people of the town are in a file each, by language.
"""

from gptlab.world.phrasings.countries_en import COUNTRIES_EN
from gptlab.world.phrasings.countries_zh import COUNTRIES_ZH
from gptlab.world.phrasings.phrasing import MARKS, STOPS, Phrasing, fill
from gptlab.world.phrasings.town_en import TOWN_EN
from gptlab.world.phrasings.town_zh import TOWN_ZH

__all__ = ["MARKS", "PHRASINGS", "STOPS", "Phrasing", "fill"]

ENGLISH = {**COUNTRIES_EN, **TOWN_EN}
CHINESE = {**COUNTRIES_ZH, **TOWN_ZH}
PHRASINGS: dict[str, dict[str, Phrasing]] = {
    relation: {"en": ENGLISH[relation], "zh": CHINESE[relation]} for relation in ENGLISH
}
