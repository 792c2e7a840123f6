"""Keys and look of the studio as somebody wants them: what is sane, and what is kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from editor.models import StudioPreference, User

MOST_CHORDS = 3
COLOURS = ("signal", "cyan", "lime", "orange", "red", "blue", "black", "white", "negative")
PATTERNS = ("stripes", "hatch", "plain")
OUTLINES = ("line", "moving", "none")
LEAST_OPACITY, MOST_OPACITY = 10, 100

# Half a character is none: it cannot be written, and Postgres refuses it.
CHORD = re.compile(
    r"(Ctrl\+)?(Alt\+)?(Shift\+)?"
    r"([A-Z]|[^\sA-Za-z\x00-\x1f\x7f\ud800-\udfff]"
    r"|Space|Enter|Escape|Tab|Delete|Backspace|Insert|Home|End|PageUp|PageDown"
    r"|Arrow(?:Up|Down|Left|Right)|F(?:[1-9]|1[0-2]))"
)
# The browser keeps these for itself, or the page needs them to be usable by keys alone.
RESERVED = frozenset(
    """
    Tab Shift+Tab Ctrl+Tab Ctrl+Shift+Tab Escape Enter Shift+Enter F5 Ctrl+F5 F11 F12 Alt+F4
    Ctrl+W Ctrl+Shift+W Ctrl+T Ctrl+Shift+T Ctrl+N Ctrl+Shift+N Ctrl+Q Ctrl+R Ctrl+Shift+R
    ArrowUp ArrowDown ArrowLeft ArrowRight Alt+ArrowLeft Alt+ArrowRight
    Shift+ArrowUp Shift+ArrowDown Shift+ArrowLeft Shift+ArrowRight
    """.split()  # noqa: SIM905 - a list of thirty strings reads worse
)

# Tools stand in a registry of their own, where a command is a tool's name.
SOURCES = ("static/js/studio/tools/registry.js", "static/js/studio/keymap.js")
_COMMAND = re.compile(r'\b(?:command|name): "([a-z-]+)"')
_KEYS = re.compile(r'\bkeys: (\[\s*(?:"(?:[^"\\]|\\.)*",?\s*)*\])', re.DOTALL)


class PreferenceRefused(Exception):
    """What was asked for makes no sense. The message is for people."""


@dataclass(frozen=True)
class Command:
    """What the key map says of one command."""

    keys: tuple[str, ...]
    anywhere: bool


@cache
def commands() -> dict[str, Command]:
    """Every command by its name, read from where the studio itself has them."""
    text = "\n".join((settings.BASE_DIR / source).read_text() for source in SOURCES)
    found = {}
    starts = [*_COMMAND.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    for match, end in zip(starts, ends, strict=True):
        entry = text[match.end() : end]
        keys = _KEYS.search(entry)
        if keys:
            chords = json.loads(re.sub(r",\s*\]", "]", keys[1]))
            found[match[1]] = Command(tuple(chords), "anywhere: true" in entry)
    return found


def preferences_of(user: User) -> dict[str, Any]:
    """What the studio starts with. Commands that are no more are left out."""
    row = StudioPreference.objects.filter(user=user).first()
    if row is None:
        return {"bindings": {}, "look": {}}
    known = {name: chords for name, chords in row.bindings.items() if name in commands()}
    return {"bindings": known, "look": row.look}


def keep_preferences(user: User, asked: object) -> dict[str, Any]:
    """Keep what was asked for: `bindings`, `look`, or both; each replaces what was kept.

    Raises PreferenceRefused, and then keeps nothing.
    """
    if not isinstance(asked, dict) or not asked or not asked.keys() <= {"bindings", "look"}:
        raise PreferenceRefused("Nothing that could be kept arrived. Reload the page.")
    kept: dict[str, Any] = {}
    if "bindings" in asked:
        kept["bindings"] = _sane_bindings(asked["bindings"])
    if "look" in asked:
        kept["look"] = _sane_look(asked["look"])
    StudioPreference.objects.update_or_create(user=user, defaults=kept)
    return preferences_of(user)


def _sane_bindings(asked: object) -> dict[str, list[str]]:
    if not isinstance(asked, dict):
        raise PreferenceRefused("Keys are kept by the command they belong to.")
    for name, chords in asked.items():
        command = commands().get(name)
        if command is None:
            raise PreferenceRefused(f"There is no command “{str(name)[:40]}”. Reload the page.")
        if not isinstance(chords, list) or not all(isinstance(each, str) for each in chords):
            raise PreferenceRefused(f"The keys of “{name}” could not be read.")
        if len(chords) > MOST_CHORDS and tuple(chords) != command.keys:
            raise PreferenceRefused(f"A command has at most {MOST_CHORDS} keys.")
        for chord in chords:
            if chord not in command.keys:
                _check_chord(chord, command)
    _check_conflicts(asked)
    return asked


def _check_chord(chord: str, command: Command) -> None:
    """Pass only what can be pressed, and does not take something needed away."""
    match = CHORD.fullmatch(chord)
    if match is None:
        raise PreferenceRefused(f"“{chord[:40]}” is no key that could be pressed.")
    if chord in RESERVED:
        raise PreferenceRefused(f"{chord} is kept for the browser and for moving around.")
    if command.anywhere and not (match[1] or match[2]):
        raise PreferenceRefused(f"{chord} would be typed into the prompt; add Ctrl or Alt.")


def _check_conflicts(asked: dict[str, list[str]]) -> None:
    """No chord may mean two things that somebody chose; the defaults know what they share."""
    chosen = {
        chord
        for name, chords in asked.items()
        for chord in chords
        if chord not in commands()[name].keys
    }
    every = {name: command.keys for name, command in commands().items()} | asked
    times = Counter(chord for chords in every.values() for chord in set(chords))
    twice = sorted(chord for chord in chosen if times[chord] > 1)
    if twice:
        names = " and ".join(f"“{name}”" for name, keys in every.items() if twice[0] in keys)
        raise PreferenceRefused(f"{twice[0]} would mean two things: {names}.")


def _sane_look(asked: object) -> dict[str, Any]:
    if not isinstance(asked, dict):
        raise PreferenceRefused("The look of the mask could not be read.")
    opacity = asked.get("opacity")
    if asked.get("colour") not in COLOURS:
        raise PreferenceRefused("There is no such colour for the mask.")
    if asked.get("pattern") not in PATTERNS or asked.get("outline") not in OUTLINES:
        raise PreferenceRefused("There is no such pattern for the mask.")
    if type(opacity) is not int or not LEAST_OPACITY <= opacity <= MOST_OPACITY:
        raise PreferenceRefused(f"Opacity goes from {LEAST_OPACITY} to {MOST_OPACITY} per cent.")
    return {key: asked[key] for key in ("colour", "opacity", "pattern", "outline")}
