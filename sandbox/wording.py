"""From a prompt to what should be done: a few plain rules, no model."""

import colorsys
import hashlib
import re
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["remove", "texture", "recolour", "style", "surprise"]
Colour = tuple[int, int, int]

REMOVING = re.compile(
    r"\b(remov\w*|eras\w*|delet\w*|get rid of|take away|clean up|without|heal|retouch|inpaint)\b"
)
# A larger canvas is filled from what there is, as a gap is.
CONTINUING = re.compile(
    r"\b(continu(?:e|es|ing|ation)|extend\w*|expand\w*|outpaint\w*|uncrop\w*)\b"
)
REPLACING = re.compile(
    r"\b(replac\w*|fill\w*|swap\w*|instead|turn\w*|chang\w*|transform\w*|into|becom\w*)\b"
)
# The wish proper stands after the last of these ("turn the grass into snow").
TARGET = re.compile(r"\b(?:into|to|with|by|as|like|becomes?|instead)\b")

TEXTURES: tuple[tuple[str, str], ...] = (
    ("brick", r"bricks?|brickwork"),
    ("marble", r"marble|marbled"),
    ("wood", r"wood|wooden|planks?|timber|parquet|oak|bamboo"),
    ("stars", r"stars?|starry(?: night)?(?: sky)?|galaxy|space|cosmos|universe|milky way|nebula"),
    ("flowers", r"flowers?|floral|blossoms?|roses?|tulips?|daisies|daisy|meadow|garden|poppies"),
    ("grass", r"grass|grassy|lawn|turf|(?<!of )field"),
    ("snow", r"snow|snowy|ice|icy|frost|frozen"),
    ("sand", r"sand|sandy|desert|dunes?"),
    ("water", r"water|sea|ocean|lake|river|pool|waves?"),
    ("leaves", r"leaves|leaf|foliage|ivy|forest|bush|hedge|jungle|trees?|plants?"),
    ("stone", r"stones?|rocks?|rocky|cobbles?|cobblestones?|pebbles|concrete|gravel"),
    ("sky", r"sky|clouds?|cloudy|heaven"),
    ("fire", r"fire|flames?|lava|burning"),
    ("fabric", r"fabric|cloth|linen|denim|carpet|wool|knit(?:ted)?|velvet|leather|silk|curtains?"),
    ("tiles", r"tiles?|tiled|checker(?:ed|board)?|mosaic|chess ?board"),
    ("rainbow", r"rainbows?|colou?rful|multicolou?red"),
    ("pattern", r"texture|textured|pattern|patterned|ornament|wallpaper"),
)
STYLES: tuple[tuple[str, str], ...] = (
    ("grey", r"black[- ]and[- ]white|black & white|monochrome|gr[ae]yscale|desaturated?|b&w|noir"),
    ("sepia", r"sepia|vintage|old photo\w*|antique|retro"),
    ("sketch", r"sketch\w*|pencil|drawing|charcoal|line art"),
    ("watercolour", r"water ?colou?rs?|aquarelle"),
    ("oil", r"oil(?: painting)?|painting|painted|painterly|impressionis\w*|van gogh|monet"),
    ("cartoon", r"cartoon\w*|comic\w*|anime|illustration|pop art|ghibli"),
    ("pixels", r"pixel(?:s|ated| art)?|8[- ]?bit|lego"),
    ("night", r"night|midnight|moonlit|moonlight|dark scene"),
    ("sunset", r"sunset|sunrise|dusk|dawn|golden hour|evening|warm(?:er)?"),
    ("cold", r"winter|cold(?:er)?|cool(?:er)?"),
    ("foggy", r"fog|foggy|mist|misty|haze|hazy|dreamy"),
    ("brighter", r"bright(?:er|en)?|light(?:er|en)|more light|overexposed|sunny"),
    ("darker", r"dark(?:er|en)?|dim(?:mer)?|less light|shadow\w*"),
    ("blur", r"blur\w*|bokeh|out of focus|soft(?:er|en)?|depth of field"),
    ("sharpen", r"sharp\w*|crisp\w*|detail\w*|enhance\w*|upscale\w*|hdr|restore\w*"),
    ("contrast", r"contrast\w*|dramatic|punchy|cinematic"),
    ("vivid", r"vivid|vibrant|saturat\w*|intense"),
    ("negative", r"invert\w*|negative|x-?ray"),
)
DRAWING_STYLES = ("grey", "sepia", "sketch", "watercolour", "oil", "cartoon")
COLOURS: dict[str, Colour] = {
    "red": (206, 32, 41),
    "crimson": (170, 20, 50),
    "orange": (240, 130, 25),
    "golden": (222, 170, 45),
    "gold": (222, 170, 45),
    "yellow": (245, 208, 35),
    "lime": (150, 210, 40),
    "green": (48, 148, 72),
    "olive": (120, 125, 45),
    "mint": (150, 220, 185),
    "teal": (20, 135, 140),
    "turquoise": (50, 195, 190),
    "cyan": (40, 190, 215),
    "blue": (38, 96, 200),
    "navy": (28, 42, 98),
    "indigo": (70, 50, 150),
    "purple": (128, 56, 165),
    "violet": (140, 80, 200),
    "lilac": (195, 165, 220),
    "magenta": (205, 40, 140),
    "pink": (240, 130, 170),
    "brown": (120, 76, 44),
    "beige": (222, 205, 172),
    "silver": (188, 192, 198),
    "grey": (128, 128, 128),
    "gray": (128, 128, 128),
    "white": (245, 245, 243),
    "black": (30, 30, 32),
}
COLOUR_WORD = re.compile(r"\b(" + "|".join(COLOURS) + r")(?:ish)?\b")
# "sky blue", "brick red": a colour, although it begins with the word of a texture.
COMPOUND = re.compile(
    r"\b(?:sky|sea|ocean|forest|grass|brick|rose|ice|snow|fire|sand|stone|leaf|wood)[- ]"
    rf"(?=(?:{'|'.join(COLOURS)})\b)"
)
HEX_COLOUR = re.compile(r"#([0-9a-f]{6})\b")


@dataclass(frozen=True)
class Intent:
    """What to do. `name` is the texture or style; `colour` the paint, also the tint of a texture;
    `source` the colour that is to be replaced ("the red car blue")."""

    kind: Kind
    name: str = ""
    colour: Colour | None = None
    source: Colour | None = None


def read_intent(prompt: str) -> Intent:
    """The same prompt always gives the same intent. Words after "into", "with", "to" win."""
    text = COMPOUND.sub("", " ".join(prompt.lower().split()))
    if CONTINUING.search(text):
        return Intent("remove")
    removes = REMOVING.search(text)
    if removes and not REPLACING.search(text):
        return Intent("remove")
    ends = [found.end() for found in TARGET.finditer(text)]
    for start in [*reversed(ends), 0]:
        intent = _intent_of(text[start:])
        if intent and intent.kind == "recolour":
            return replace(intent, source=_first_colour(text))
        if intent:
            return intent
    return Intent("remove") if removes else Intent("surprise", colour=_colour_of_hash(text))


def _intent_of(text: str) -> Intent | None:
    """The word that comes last wins: "make the grass blue" is a colour, "blue grass" is grass.
    A way of drawing wins everywhere: "a sketch of a garden"."""
    colour, colour_end = _last_colour(text)
    style, style_end = _last_match(text, STYLES)
    texture, texture_end = _last_match(text, TEXTURES)
    if style in DRAWING_STYLES:
        return Intent("style", style)
    if texture and texture_end >= max(style_end, colour_end):
        return Intent("texture", texture, colour)
    if style and style_end >= colour_end:
        return Intent("style", style)
    return Intent("recolour", colour=colour) if colour else None


def _last_match(text: str, table: tuple[tuple[str, str], ...]) -> tuple[str, int]:
    best, best_end = "", -1
    for name, words in table:
        for found in re.finditer(rf"\b(?:{words})\b", text):
            if found.end() > best_end:
                best, best_end = name, found.end()
    return best, best_end


def _last_colour(text: str) -> tuple[Colour | None, int]:
    best: Colour | None = None
    end = -1
    for found in COLOUR_WORD.finditer(text):
        best, end = COLOURS[found.group(1)], found.end()
    for found in HEX_COLOUR.finditer(text):
        value = int(found.group(1), 16)
        best, end = (value >> 16, value >> 8 & 255, value & 255), found.end()
    return best, end


def _first_colour(text: str) -> Colour | None:
    """The first of several colours named, else None."""
    words = COLOUR_WORD.findall(text)
    named = len(words) + len(HEX_COLOUR.findall(text))
    return COLOURS[words[0]] if words and named > 1 else None


def _colour_of_hash(text: str) -> Colour:
    hue = hashlib.sha256(text.encode()).digest()[0] / 256
    red, green, blue = colorsys.hls_to_rgb(hue, 0.5, 0.6)
    return round(red * 255), round(green * 255), round(blue * 255)
