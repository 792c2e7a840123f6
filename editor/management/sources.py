"""The pictures that the demonstration uploads."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 24.0
FULL_SIDE = 2400  # the sizes below are meant for this longest side
USUAL_SIDE = 1800  # what is drawn unless somebody asks for more


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
