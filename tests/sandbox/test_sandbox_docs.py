"""The page on the sandbox names everything that there is."""

from sandbox.catalogue import MODELS
from sandbox.faults import KINDS
from sandbox.scenery import MAKERS
from sandbox.settings import ARGUMENTS
from tests.sandbox.sandbox_server import ROOT

PAGE = (ROOT / "docs" / "sandbox.md").read_text()


def test_every_setting_is_documented_with_its_variable():
    for name, _, _ in ARGUMENTS:
        assert f"`--{name}`" in PAGE
        assert f"`SANDBOX_{name.upper().replace('-', '_')}`" in PAGE


def test_every_model_is_documented():
    for model in MODELS:
        assert f"| `{model.id}` |" in PAGE


def test_every_fault_and_option_is_documented():
    for kind, options in KINDS.items():
        assert f"`{kind}`" in PAGE
        for option in options:
            assert f"`{option}`" in PAGE


def test_every_surface_is_documented():
    surfaces = next(line for line in PAGE.splitlines() if line.startswith("| brick"))
    for name in MAKERS:
        assert name in surfaces
