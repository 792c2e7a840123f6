"""What the demonstration folder tells: whose pictures, which wishes, how each one ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

DAY = 24.0
FULL_SIDE = 2400  # the sizes below are meant for this longest side


@dataclass(frozen=True)
class Source:
    """One uploaded picture: a scene, drawn and stored as a camera would."""

    scene: str
    name: str
    size: tuple[int, int]
    seed: int = 7
    format: str = "JPEG"
    owner: str = "alice"
    hours: float = 5 * DAY  # how long ago it was uploaded

    def scaled(self, side: int) -> tuple[int, int]:
        """Its size when 2400 stands for `side` pixels."""
        return (
            max(64, round(self.size[0] * side / FULL_SIDE)),
            max(64, round(self.size[1] * side / FULL_SIDE)),
        )


SOURCES = {
    "lake": Source("lake", "IMG_4127.jpg", (4000, 3000), hours=6.2 * DAY),
    "still life": Source("still life", "oak-table.png", (2400, 1600), format="PNG"),
    "mug": Source("mug", "mug-front.jpg", (2000, 1500), hours=4.6 * DAY),
    "seaside": Source("seaside", "DSC01934.JPG", (2400, 1600), seed=5, hours=4.1 * DAY),
    "flower": Source("flower", "daisy.webp", (2001, 1334), format="WEBP", hours=3.4 * DAY),
    "hillside": Source("hillside", "farmhouse.jpg", (2400, 1600), seed=4, hours=2.8 * DAY),
    "balloons": Source("balloons", "balloons.jpg", (1500, 2000), seed=5, hours=1.3 * DAY),
    "city": Source("skyline", "riverside-by-night.jpg", (2400, 1600), 3, "JPEG", "bob", 3 * DAY),
    "dunes": Source("dunes", "dunes-panorama.jpg", (3600, 1200), 9, "JPEG", "bob", 2 * DAY),
    "tarn": Source("lake", "tarn-in-may.jpg", (1800, 1200), 12, "JPEG", "bob", 1.1 * DAY),
}


@dataclass(frozen=True)
class Story:
    """One edit. `answers` holds the changes of each picture that came back, comma-separated."""

    source: str
    prompt: str
    hours: float
    answers: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()  # regions; none: the whole picture may change
    reach: float = 0.012
    model: str = "inpaint-pro"
    size: str = "auto"
    asked: int = 0  # how many results were asked for, when not as many as came
    seconds: float = 24.0  # how long the call took
    ending: str = "done"
    verdict: str = ""
    note: str = ""
    name: str = ""  # so that a later story can go on from its first result
    follows: str = ""

    @property
    def count(self) -> int:
        """How many results were asked for."""
        return self.asked or max(1, len(self.answers))


def chosen(jobs: int) -> list[Story]:
    """The first `jobs` stories worth telling, oldest first; never without one of each ending.

    More than there are: finished ones are told again, a week earlier each time.
    """
    kept: list[Story] = []
    endings: set[str] = set()
    for story in STORIES:
        if story.ending not in endings:
            endings.add(story.ending)
            kept.append(story)
    kept += [story for story in STORIES if story not in kept]
    again = [
        story for story in STORIES if story.ending == "done" and not story.name + story.follows
    ]
    count = max(jobs, len(endings))
    week = 1
    while len(kept) < count:
        kept += [replace(story, hours=story.hours + week * 7 * DAY) for story in again]
        week += 1
    found = kept[:count]
    for story in list(found):  # what a story follows must be told as well
        while story.follows:
            story = next(other for other in STORIES if other.name == story.follows)
            if story not in found:
                found.append(story)
    return sorted(found, key=lambda story: -story.hours)


STORIES = (
    Story(
        "lake",
        "Remove the rowing boat and its reflection, calm water instead",
        6.1 * DAY,
        ("no boat", "no boat"),
        ("boat",),
        seconds=31,
        verdict="approved",
        note="Clean. No trace of the boat at 100 %.",
    ),
    Story(
        "seaside",
        "Take the sailing boat out of the picture",
        0.6,
        ("no boat",),
        ("boat",),
        model="eraser",
        seconds=19,
    ),
    Story("mug", "Matte terracotta glaze on the mug", 0.02, (), ("mug",), ending="queued"),
    Story("city", "Make the moon twice as large", 0.03, (), ("moon",), ending="claimed"),
    Story(
        "hillside",
        "Turn the roof into dark slate",
        0.012,
        (),
        ("roof",),
        reach=0.008,
        asked=2,
        ending="calling",
    ),
    Story(
        "flower",
        "Soft evening light in the background",
        0.07,
        (),
        ("background",),
        model="canvas-alpha-2",
        ending="waiting",
    ),
    Story(
        "balloons",
        "A flock of geese in the sky, far away",
        0.9,
        (),
        ("sky",),
        model="slow-master",
        size="2k",
        seconds=240,
        ending="unknown",
    ),
    Story("tarn", "Take the boat out, still water", 0.05, (), ("boat",), ending="received"),
    Story(
        "city",
        "Put the face of a famous actor on the moon",
        1.4 * DAY,
        (),
        ("moon",),
        ending="refused",
        seconds=3,
    ),
    Story(
        "tarn",
        "Make the water emerald green",
        0.95 * DAY,
        (),
        ("lake",),
        model="redraw-flash",
        ending="lost",
        seconds=14,
    ),
    Story(
        "hillside",
        "Put solar panels on the roof",
        2.1 * DAY,
        (),
        ("roof",),
        reach=0.008,
        model="slow-master",
        size="1k",
        seconds=240,
        ending="given up",
    ),
    Story("mug", "Put a saucer under the mug", 4.4 * DAY, (), ("mug",), ending="cancelled"),
    Story(
        "seaside",
        "Golden hour, the sun just above the sea",
        3.3 * DAY,
        ("sunset",),
        model="redraw-flash",
        ending="hidden",
        seconds=12,
    ),
    Story(
        "still life",
        "White porcelain vase with hand-painted blue decoration",
        1.9 * DAY,
        ("porcelain",),
        ("vase",),
        model="canvas-alpha-2",
        seconds=44,
        ending="second call",
        verdict="approved",
    ),
    Story(
        "mug",
        "Show the mug in our four glazes of this season",
        3.9 * DAY,
        ("terracotta", "navy", "sage", "terracotta, logo"),
        ("mug",),
        reach=0.008,
        model="quartet",
        seconds=38,
        verdict="approved",
        note="Terracotta goes to the shop page.",
    ),
    Story(
        "flower",
        "Colour the petals: blue, pink, orange",
        3.1 * DAY,
        ("blue petals", "pink petals", "orange petals"),
        ("petals",),
        model="canvas-alpha-2",
        seconds=52,
    ),
    Story(
        "hillside",
        "The same farmhouse in October: golden oak, dry grass",
        2.5 * DAY,
        ("autumn",),
        model="redraw-flash",
        seconds=11,
        name="october",
    ),
    Story(
        "hillside",
        "Remove the car",
        2.42 * DAY,
        ("autumn, no car",),
        ("car",),
        model="eraser",
        seconds=17,
        name="october without car",
        follows="october",
    ),
    Story(
        "hillside",
        "Paint the front door bright blue",
        2.4 * DAY,
        ("autumn, no car, blue door",),
        ("door",),
        reach=0.008,
        follows="october without car",
        verdict="approved",
    ),
    Story(
        "balloons",
        "Give the big balloon horizontal rainbow bands",
        1.2 * DAY,
        ("rainbow",),
        ("front balloon",),
        reach=0.009,
        seconds=28,
        verdict="approved",
    ),
    Story(
        "city",
        "New Year's Eve fireworks over the roofs",
        2.7 * DAY,
        ("fireworks", "fireworks"),
        ("sky",),
        reach=0.003,
        seconds=36,
        verdict="approved",
    ),
    Story(
        "lake",
        "Starry night with the milky way",
        5.6 * DAY,
        ("night sky",),
        model="redraw-flash",
        seconds=13,
        verdict="rejected",
        note="Beautiful, but the client wants the sunset. Please keep it at dusk.",
    ),
    Story(
        "seaside",
        "Make the umbrella yellow and white",
        3.7 * DAY,
        ("yellow umbrella",),
        ("umbrella",),
        seconds=22,
    ),
    Story(
        "mug",
        "Print our mountain logo on the front",
        3.5 * DAY,
        ("logo", "logo"),
        ("label",),
        model="collage-4",
        seconds=33,
        verdict="rejected",
        note="The logo must not cross the highlight. Try again a little further right.",
    ),
    Story(
        "dunes",
        "Night sky over the desert, a lamp in the tent",
        1.6 * DAY,
        ("night sky, lamp",),
        model="redraw-flash",
        seconds=12,
    ),
    Story(
        "flower",
        "Remove the ladybird",
        3.3 * DAY,
        ("no ladybird",),
        ("ladybird",),
        model="eraser",
        seconds=15,
    ),
    Story(
        "hillside",
        "Deep winter: snow on roof and fields, light snowfall",
        1.7 * DAY,
        ("winter, no car",),
        model="canvas-alpha-2",
        size="1536x1024",
        seconds=47,
        verdict="approved",
        note="For the December newsletter.",
    ),
    Story(
        "still life",
        "An orange instead of the apple",
        4.2 * DAY,
        ("orange", "orange"),
        ("apple",),
        seconds=26,
    ),
    Story(
        "seaside",
        "Remove the umbrella and its shadow",
        2.9 * DAY,
        ("no umbrella",),
        ("umbrella",),
        model="eraser",
        seconds=21,
    ),
    Story(
        "mug",
        "Pale blue backdrop, same light",
        3.2 * DAY,
        ("blue backdrop", "pink backdrop"),
        ("backdrop",),
        reach=0.004,
        seconds=29,
    ),
    Story(
        "tarn",
        "Paint the boat bright red",
        0.8 * DAY,
        ("red boat",),
        ("boat",),
        seconds=24,
        verdict="approved",
    ),
    Story(
        "flower",
        "Fresh morning dew on the petals",
        2.2 * DAY,
        ("dew",),
        ("petals",),
        reach=0.008,
        seconds=27,
    ),
    Story(
        "still life",
        "Remove the pear",
        0.5 * DAY,
        ("no pear",),
        ("pear",),
        model="preview-unpriced",
        seconds=20,
    ),
    Story(
        "lake",
        "Fresh snow on the mountains down to the forest",
        5.1 * DAY,
        ("snow",),
        ("mountains",),
        reach=0.004,
        seconds=41,
    ),
    Story(
        "city",
        "Light the tower's crown and edges in magenta neon",
        0.4 * DAY,
        ("neon",),
        ("tower",),
        reach=0.008,
        seconds=25,
    ),
    Story(
        "mug",
        "A little steam above the coffee",
        0.3 * DAY,
        ("steam",),
        ("air",),
        seconds=18,
    ),
    Story(
        "seaside",
        "Sunset, warm light on everything",
        0.2 * DAY,
        ("sunset", "sunset, no boat"),
        model="redraw-flash",
        seconds=14,
    ),
    Story(
        "dunes",
        "Remove the tent and its ropes",
        0.12 * DAY,
        ("no tent",),
        ("tent",),
        model="eraser",
        seconds=16,
    ),
    Story(
        "still life",
        "Sage green wall instead of beige",
        0.09 * DAY,
        ("green wall",),
        ("wall",),
        reach=0.003,
        seconds=30,
    ),
    Story(
        "balloons",
        "Remove the small balloon in the back",
        0.07 * DAY,
        ("no far balloon",),
        ("far balloon",),
        model="eraser",
        seconds=18,
    ),
)
