"""Prompts as people write them: few words in nearly all of them, most words in hardly any."""

from __future__ import annotations

import random
from itertools import accumulate

# The most frequent first; a word comes about as often as one over its place (Zipf).
_WORDS = """
the a make background remove with sky replace add more of to in and it change light white
golden colour person from wall red bright blue soft hair shirt behind left right window
sunset shadow car tree water clean dark table green sharper face dress warm product people
clouds street grass wooden black flowers beach snow mountain night garden glass room smile
logo sign building evening sea sand hat shoes bag bottle cup plate kitchen chair lamp floor
door roof brick stone marble linen silk velvet leather denim wool copper brass silver pearl
amber ivory coral turquoise violet crimson olive teal mint lavender rose tulip peony fern
moss ivy birch cedar willow bamboo cactus orchid sunflower meadow valley canyon glacier
waterfall harbour pier lighthouse bridge castle chapel market cafe library attic balcony
terrace courtyard fountain staircase chandelier curtain carpet pillow mirror candle vase
basket teapot spoon bread cheese apple lemon cherry pumpkin honey coffee wine fox owl heron
otter badger hedgehog squirrel sparrow swan horse donkey puppy kitten bicycle tram sailboat
canoe lantern umbrella telescope violin piano trumpet kite balloon carousel snowman scarf
mittens sweater raincoat boots bowtie necklace earrings freckles beard braid ponytail
""".split()  # noqa: SIM905, a list of 180 lines is no clearer
_WEIGHTS = list(accumulate(1 / place for place in range(1, len(_WORDS) + 1)))

# How often these stand in prompts is said in the report, not here.
FREQUENT, COMMON, RARE, BEGUN, PHRASE = "background", "sunset", "ponytail", "gold", '"golden sky"'


def prompt(chance: random.Random) -> str:
    """Write some 4 to 20 words."""
    count = 4 + int(chance.random() ** 2 * 17)
    return " ".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=count)).capitalize()


def picture_name(chance: random.Random, number: int) -> str:
    """Name a file as cameras and people do."""
    if chance.random() < 0.7:
        return f"IMG_{number % 10_000:04}.JPG"
    return "-".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=2)) + ".png"
