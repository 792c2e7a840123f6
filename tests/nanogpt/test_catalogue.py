"""The list of models: many shapes, some of them wrong."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from editor.nanogpt.catalogue import CatalogueModel, parse_catalogue, price_of

FULL: dict[str, Any] = {
    "id": "openai/gpt-image-2.5/flare/edit",
    "object": "model",
    "name": "GPT Image 2.5 Flare",
    "description": "Edits.",
    "icon_url": "/icon.svg",
    "architecture": {
        "modality": "text+image->image",
        "input_modalities": ["text", "image"],
        "output_modalities": ["image"],
    },
    "pricing": {"per_image": {"1024*1024": 0.0655, "1k": "0.153", "auto": 0.04}, "currency": "USD"},
    "capabilities": {"image_generation": True, "image_to_image": True, "inpainting": False},
    "supported_parameters": {
        "resolutions": ["1024x1024", "1536x1024", "auto", "16:9", "1k", "2x"],
        "max_images": 4,
        "max_input_images": 16,
        "fixed_image_count": 2,
    },
    "some_new_field": {"x": [1, 2]},
}


def one(**changes: Any) -> CatalogueModel:
    return parse_catalogue([{**FULL, **changes}])[0]


def supported(**fields: Any) -> CatalogueModel:
    return one(supported_parameters=fields)


def test_a_whole_entry_is_read() -> None:
    model = one()
    assert model == CatalogueModel(
        id="openai/gpt-image-2.5/flare/edit",
        name="GPT Image 2.5 Flare",
        description="Edits.",
        sizes=("1024x1024", "1536x1024", "auto", "16:9", "1k", "2x"),
        prices={"1024*1024": 65_500_000, "1k": 153_000_000, "auto": 40_000_000},
        max_images=4,
        fixed_images=2,
        max_inputs=16,
        edits=True,
        mask_hint="native",
        prompt_limit=None,
        raw=FULL,
    )


@pytest.mark.parametrize("wrap", [{"data": [FULL]}, {"models": [FULL]}, [FULL]])
def test_the_list_may_lie_in_three_places(wrap: Any) -> None:
    assert [model.id for model in parse_catalogue(wrap)] == [FULL["id"]]


@pytest.mark.parametrize("odd", [None, {}, {"data": None}, {"data": {}}, "x", 7, {"error": "no"}])
def test_an_answer_without_a_list_is_an_error_and_not_an_empty_catalogue(odd: Any) -> None:
    with pytest.raises(ValueError, match="no list"):
        parse_catalogue(odd)


def test_entries_that_cannot_be_read_are_left_out() -> None:
    odd = [None, 7, "gpt", [], {}, {"id": None}, {"id": ""}, {"id": "a b"}, {"id": "x" * 300}]
    assert [model.id for model in parse_catalogue([*odd, {"id": "good"}])] == ["good"]


def test_the_first_of_two_equal_ids_stays() -> None:
    models = parse_catalogue([{"id": "a", "name": "First"}, {"id": "a", "name": "Second"}])
    assert [model.name for model in models] == ["First"]


def test_an_entry_of_an_id_alone_gives_careful_defaults() -> None:
    assert parse_catalogue([{"id": "bare"}])[0] == CatalogueModel(
        id="bare",
        name="bare",
        description="",
        sizes=(),
        prices={},
        max_images=1,
        fixed_images=None,
        max_inputs=1,
        edits=False,
        mask_hint="unknown",
        prompt_limit=None,
        raw={"id": "bare"},
    )


@pytest.mark.parametrize("odd", [None, 7, "x", [], [1], True])
@pytest.mark.parametrize(
    "field",
    ["name", "description", "architecture", "pricing", "capabilities", "supported_parameters"],
)
def test_a_field_of_the_wrong_type_is_as_good_as_absent(field: str, odd: Any) -> None:
    assert one(**{field: odd}).id == FULL["id"]


@pytest.mark.parametrize(
    "price",
    [
        0,
        0.0,
        "0",
        -0.04,
        "-1",
        None,
        True,
        "free",
        "",
        "NaN",
        "Infinity",
        float("nan"),
        1e9,
        {},
        [],
    ],
)
def test_a_price_that_makes_no_sense_is_missing_and_never_zero(price: Any) -> None:
    model = one(pricing={"per_image": {"auto": price, "1k": 0.05}, "currency": "USD"})
    assert model.prices == {"1k": 50_000_000}


@pytest.mark.parametrize("price", [0.0035, "0.0035", "$0.0035", Decimal("0.0035"), "3.5e-3"])
def test_a_price_is_read_exactly_however_it_is_written(price: Any) -> None:
    assert one(pricing={"per_image": {"auto": price}}).prices == {"auto": 3_500_000}


def test_a_single_price_counts_for_every_size() -> None:
    model = one(pricing={"per_image": 0.04, "currency": "USD"})
    assert price_of(model.prices, "1536x1024") == 40_000_000


def test_prices_in_another_currency_are_missing() -> None:
    assert one(pricing={"per_image": {"auto": 0.04}, "currency": "XNO"}).prices == {}


@pytest.mark.parametrize(
    ("prices", "size", "price"),
    [
        ({"1024*1024": 5, "auto": 3}, "1024x1024", 5),
        ({"1024x1024": 5, "auto": 3}, "1024*1024", 5),
        ({"1024X1024": 5, "auto": 3}, " 1024x1024 ", 5),
        ({"1K": 5, "2k": 9}, "1k", 5),
        ({"1024x1024": 5, "auto": 3}, "auto", 3),
        ({"1024x1024": 5, "auto": 3}, None, 3),
        ({"1024x1024": 5, "auto": 3}, "", 3),
        ({"1024x1024": 5, "default": 3}, "auto", 3),
        ({"1k": 5, "2k": 9}, None, 9),
        ({"1k": 5, "2k": 9}, "auto", 9),
        ({"1k": 5, "2k": 9}, "4k", None),
        ({"1024x1024": 5, "auto": 3}, "1536x1024", None),
        ({"1024x1024": 5}, "1536x1024", 5),
        ({"square": 5, "square_hd": 5}, "1k", 5),
        ({}, "1k", None),
        ({}, None, None),
    ],
)
def test_the_price_of_a_size(prices: dict[str, int], size: str | None, price: int | None) -> None:
    assert price_of(prices, size) == price


@pytest.mark.parametrize(
    ("fields", "sizes"),
    [
        ({"resolutions": ["1k", "1k", " 2k ", "", 7, None, "x" * 99]}, ("1k", "2k")),
        ({"resolutions": [{"value": "1k"}, {"label": "x"}]}, ("1k",)),
        ({"resolution": {"type": "enum", "values": ["1k", "2k"], "default": "1k"}}, ("1k", "2k")),
        ({"parameters": {"resolution": {"options": [{"value": "16:9"}]}}}, ("16:9",)),
        ({"parameters": {"size": {"options": [{"value": "auto"}]}}}, ("auto",)),
        ({"resolutions": "1k"}, ()),
        ({"resolutions": {}}, ()),
        ({}, ()),
    ],
)
def test_sizes_are_read_from_lists_and_descriptors(fields: Any, sizes: tuple[str, ...]) -> None:
    assert supported(**fields).sizes == sizes


@pytest.mark.parametrize("odd", [0, -1, 1000, "4", True, None, 2.0, [4]])
def test_counts_that_make_no_sense_become_the_default(odd: Any) -> None:
    model = supported(max_images=odd, fixed_image_count=odd, max_input_images=odd)
    assert (model.max_images, model.fixed_images, model.max_inputs) == (1, None, 1)


def test_the_older_name_of_the_most_pictures_is_read() -> None:
    assert supported(max_output_images=3).max_images == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"supported_parameters": {"max_input_images": 3}},
        {"supported_parameters": {}, "max_input_images": 3},
        {"supported_parameters": {}, "capabilities": {"max_input_images": 3}},
        {"supported_parameters": {"input_image_constraints": {"max_items": 3}}},
    ],
)
def test_the_number_of_inputs_may_stand_in_four_places(changes: Any) -> None:
    assert one(**changes).max_inputs == 3


@pytest.mark.parametrize(
    ("model_id", "architecture", "capabilities", "edits"),
    [
        ("x", {}, {"image_to_image": True}, True),
        ("x", {}, {"inpainting": True}, True),
        ("x", {"input_modalities": ["text", "image"]}, {}, True),
        ("x", {"modality": "image->image"}, {}, True),
        ("x", {"modality": "text->image"}, {"image_to_image": False}, False),
        ("Upscaler", {"modality": "text->image"}, {"image_to_image": False}, True),
        ("flux-dev-image-to-image", {"modality": "text->image"}, {}, True),
        ("flux-lora/inpainting", {"modality": "text->image"}, {}, True),
        ("pruna-ai/p-image/edit", {}, {}, True),
        ("credit-card-maker", {}, {}, False),
        ("hidream", {}, {"image_to_image": "yes"}, False),
    ],
)
def test_models_that_edit_are_known_although_the_list_mislabels_some(
    model_id: str, architecture: Any, capabilities: Any, edits: bool
) -> None:
    model = one(id=model_id, architecture=architecture, capabilities=capabilities)
    assert model.edits is edits


@pytest.mark.parametrize(
    ("model_id", "inpainting", "hint"),
    [
        ("anything", True, "native"),
        ("anything", False, "unknown"),
        ("gpt-image-2", False, "native"),
        ("flux-lora/inpainting", False, "native"),
        ("qwen-image", False, "ignored"),
        ("qwen-image", True, "ignored"),
        ("qwen-image-2.0-pro", False, "unknown"),
        ("seedream-v4.5", False, "ignored"),
    ],
)
def test_the_hint_about_masks(model_id: str, inpainting: bool, hint: str) -> None:
    assert one(id=model_id, capabilities={"inpainting": inpainting}).mask_hint == hint


def test_a_prompt_limit_is_read_should_the_list_ever_give_one() -> None:
    assert supported(max_prompt_length=800).prompt_limit == 800
    assert supported(prompt={"max_length": 512}).prompt_limit == 512


def test_the_raw_entry_is_plain_json() -> None:
    raw = one(odd=Decimal("0.1"), worse=float("nan"), nul="a\x00b").raw
    assert json.loads(json.dumps(raw, allow_nan=False))["nul"] == "ab"


def test_long_texts_are_cut() -> None:
    model = one(name="n" * 999, description="d" * 9999)
    assert (len(model.name), len(model.description)) == (200, 2000)
