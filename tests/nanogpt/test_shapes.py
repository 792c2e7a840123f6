"""Whatever JSON a server makes up, the outcome is one of those that callers know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from editor.nanogpt.answers import read_answer
from editor.nanogpt.catalogue import CatalogueModel, parse_catalogue, price_of
from editor.nanogpt.cleaning import clean_text, plain_json
from editor.nanogpt.errors import OutcomeUnknown, Refused
from editor.nanogpt.messages import EditAnswer
from editor.nanogpt.refusals import error_for
from editor.nanogpt.transport import Reply

KEY = "sk-nano-5ec2e7a0-1111"
WORDS = st.sampled_from(
    "data images url b64_json cost error message type code param payment requestId currency "
    "remainingBalance paymentSource id name pricing per_image auto 1024*1024 capabilities "
    "inpainting supported_parameters resolutions values options value max_images "
    "max_input_images input_image_constraints max_items architecture modality QUJD 0.04 NaN "
    f"https://files.example/1.png data:image/png;base64,QUJD <b> {KEY}".split()
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=15,
)
OBJECTS = st.dictionaries(WORDS, VALUES, max_size=6)
quickly = settings(max_examples=80, deadline=None, database=None)


def reply(status: int, value: Any) -> Reply:
    return Reply(status, {}, json.dumps(value).encode())


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts_in([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def assert_storable(value: Any) -> None:
    json.dumps(value, allow_nan=False)
    for text in texts_in(value):
        assert "\x00" not in text
        assert KEY not in text
        text.encode("utf-8")


@quickly
@given(OBJECTS | VALUES)
def test_any_success_is_an_answer_or_an_unknown_outcome(value: Any) -> None:
    try:
        answer = read_answer(reply(200, value), seconds=1, secrets=(KEY,))
    except OutcomeUnknown as unknown:
        assert_storable([str(unknown), unknown.code, unknown.body_start])
    else:
        assert isinstance(answer, EditAnswer)
        assert all((image.url is None) != (image.data is None) for image in answer.images)
        assert_storable(answer.body)


@quickly
@given(st.sampled_from([400, 401, 402, 404, 413, 429, 500, 302]), OBJECTS | VALUES)
def test_any_failure_is_a_refusal_or_an_unknown_outcome(status: int, value: Any) -> None:
    error = error_for(reply(status, value), (KEY,))
    assert isinstance(error, (Refused, OutcomeUnknown))
    assert 0 < len(str(error)) <= 300
    assert_storable([str(error), error.code])


@quickly
@given(st.lists(OBJECTS.map(lambda entry: {**entry, "id": "a/b"}) | VALUES, max_size=3))
def test_any_list_is_a_catalogue(entries: list[Any]) -> None:
    for model in parse_catalogue(entries):
        assert isinstance(model, CatalogueModel)
        assert all(isinstance(price, int) and price > 0 for price in model.prices.values())
        assert model.max_images >= 1
        assert price_of(model.prices, "1024x1024") != 0
        json.dumps(model.raw, allow_nan=False)


@quickly
@given(VALUES)
def test_plain_json_fits_into_any_database(value: Any) -> None:
    assert_storable(plain_json(value, secrets=(KEY,)))


@quickly
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_surroundings_let_the_key_through(before: str, after: str) -> None:
    shown = clean_text(before + KEY + after, secrets=(KEY,))
    assert KEY not in shown
    assert len(shown) <= 300
