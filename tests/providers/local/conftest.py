"""Where the real weights for tests lie. `scripts/test.py` fetches them before it runs the suite."""

from pathlib import Path

import pytest

from fusion_mcp.providers.local.verify import is_verified
from fusion_mcp.providers.local.weights import catalogue

SMALL = "smollm2-135m"


@pytest.fixture(scope="session")
def models_dir() -> Path:
    folder = Path(__file__).parents[3] / ".cache" / "home" / "data" / "models"
    if not is_verified(catalogue()[SMALL], folder):
        pytest.fail(f"{SMALL} is not in {folder}: run scripts/test.py, which fetches it first")
    return folder
