"""The catalogue that ships."""

import re

from fusion_mcp.providers.local.fetch import announce
from fusion_mcp.providers.local.weights import PackageSource, UrlSource, catalogue, default_weights


def test_the_catalogue_has_one_default_and_a_small_model_for_tests() -> None:
    assert list(catalogue()) == ["qwen2.5-coder-1.5b", "smollm2-135m"]
    assert default_weights().name == "qwen2.5-coder-1.5b"


def test_every_entry_is_addressed_by_content_and_has_a_source_and_an_honest_notice() -> None:
    for weights in catalogue().values():
        assert re.fullmatch(r"[0-9a-f]{64}", weights.sha256)
        assert weights.bytes > 0
        assert weights.sources
        assert weights.notice.startswith("Made with a t")


def test_the_parts_of_the_default_are_pinned_and_in_numeric_order() -> None:
    publisher, mirror = default_weights().sources
    assert isinstance(publisher, UrlSource)
    assert isinstance(mirror, PackageSource)
    assert [int(re.sub(r"\D", "", wheel.project)) for wheel in mirror.wheels] == list(range(1, 23))
    assert all(re.fullmatch(r"[0-9a-f]{64}", wheel.sha256) and wheel.version for wheel in mirror.wheels)


def test_a_fetch_is_announced_with_size_licence_and_source() -> None:
    words = announce(default_weights())
    for part in ("1.1 GB", "Apache-2.0", "Qwen", "Hugging Face", "22 parts", default_weights().sha256):
        assert part in words
