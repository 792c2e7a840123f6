"""Where an answer's pixels lie, to a hair."""

import pytest

from editor.imaging.framing import Box, Size
from editor.imaging.placing import Place, reduced, sample
from tests.pictures import photo


@pytest.mark.parametrize("off", [-0.005, 0.005, -0.02, 0.02])
def test_an_answer_that_lies_a_hair_beside_its_box_can_be_looked_at(off):
    answer, box = photo(64, 48), Box(0, 0, 64, 48)
    place = Place(off, off, 1, 1)
    assert reduced(answer, place, box, Size(32, 24)).size == (32, 24)
    assert sample(answer, place, box).size == (64, 48)
