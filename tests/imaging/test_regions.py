"""The areas of a mask: exact, in reading order, each of its own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from editor.imaging import regions as module
from editor.imaging.framing import Box
from editor.imaging.regions import MOST_REGIONS, find_regions, number_areas

SMALL = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 14), st.integers(1, 14)),
    elements=st.sampled_from([0, 0, 9, 255]),
)


def by_flooding(values: np.ndarray) -> np.ndarray:
    """Number the areas one pixel after the other, the slow and plain way."""
    height, width = values.shape
    numbers = np.zeros(values.shape, dtype=int)
    count = 0
    for start in zip(*np.nonzero(values), strict=True):
        if numbers[start]:
            continue
        count += 1
        numbers[start] = count
        waiting = [start]
        while waiting:
            y, x = waiting.pop()
            for near in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                inside = 0 <= near[0] < height and 0 <= near[1] < width
                if inside and values[near] and not numbers[near]:
                    numbers[near] = count
                    waiting.append(near)
    return numbers


@given(values=SMALL)
def test_areas_are_those_that_flooding_finds_in_reading_order(values):
    expected = by_flooding(values)
    numbers, areas = number_areas(values > 0)
    assert (numbers == expected).all()
    assert areas.tolist() == np.bincount(expected.ravel()).tolist()
    mask = Image.fromarray(values)
    regions = find_regions(mask)
    if expected.max() > MOST_REGIONS:
        return
    assert (regions.labels() == expected).all()
    assert list(regions.areas) == areas[1:].tolist()
    for number, box in enumerate(regions.boxes, 1):
        rows, columns = np.nonzero(expected == number)
        assert box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@given(values=SMALL, data=st.data())
def test_what_is_taken_and_what_is_left_make_the_whole_mask(values, data):
    mask = Image.fromarray(values)
    regions = find_regions(mask)
    everything = range(1, regions.count + 1)
    taken = data.draw(st.sets(st.sampled_from(everything))) if regions.count else set()
    one = np.asarray(regions.only(mask, taken))
    rest = np.asarray(regions.only(mask, set(everything) - taken))
    assert (np.maximum(one, rest) == values).all()
    assert not (np.minimum(one, rest)).any()
    assert (np.asarray(regions.only(mask, everything)) == values).all()


def test_the_smallest_of_very_many_areas_count_as_one():
    mask = Image.new("L", (400, 400))
    draw = ImageDraw.Draw(mask)
    for number in range(90):
        x, y = number % 10 * 40, number // 10 * 40
        reach = 20 if number % 3 == 0 else 2  # 30 large ones among them
        draw.rectangle((x, y, x + reach, y + reach), fill=255)
    regions = find_regions(mask)
    assert regions.count == MOST_REGIONS
    assert regions.gathers_rest
    assert sum(regions.areas) == np.count_nonzero(np.asarray(mask))
    assert sum(area == 21 * 21 for area in regions.areas) == 30
    rest = np.asarray(regions.only(mask, [MOST_REGIONS]))
    assert np.count_nonzero(rest) == (90 - 39) * 9


def test_dust_counts_as_one_area(monkeypatch):
    monkeypatch.setattr(module, "MOST_RUNS", 3)
    mask = Image.new("L", (20, 5))
    for x in range(0, 20, 4):
        mask.putpixel((x, 2), 255)
    regions = find_regions(mask)
    assert regions.areas == (5,)
    assert regions.boxes == (Box(0, 2, 17, 3),)


def test_an_empty_mask_has_no_areas():
    regions = find_regions(Image.new("L", (30, 20)))
    assert regions.count == 0
    assert not regions.labels().any()
    assert regions.only(Image.new("L", (30, 20)), [1]).getbbox() is None


def test_areas_that_touch_by_a_corner_are_one_and_rows_do_not_run_on():
    mask = Image.new("L", (4, 3))
    for place in ((1, 0), (2, 1)):
        mask.putpixel(place, 255)
    assert find_regions(mask).count == 1
    apart = Image.new("L", (4, 3))
    for place in ((3, 0), (0, 1)):  # neighbours only for somebody who forgets the rows' ends
        apart.putpixel(place, 255)
    assert find_regions(apart).count == 2
