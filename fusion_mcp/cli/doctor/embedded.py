"""What `doctor` finds out about the embedded model: its runtime, its weights, and the person's own files."""

from pathlib import Path

from fusion_mcp.cli.doctor.findings import EmbeddedFound, WeightsFound
from fusion_mcp.providers.local import native
from fusion_mcp.providers.local.verify import is_present
from fusion_mcp.providers.local.weights import catalogue
from fusion_mcp.settings import Settings


def look_at_embedded(settings: Settings) -> EmbeddedFound:
    """Look at what is installed and on disk; nothing is started."""
    folder = settings.models_dir
    return EmbeddedFound(
        runtime_installed=native.is_installed(),
        models=[
            WeightsFound(name=each.name, title=each.title, bytes=each.bytes, fetched=is_present(each, folder))
            for each in catalogue().values()
        ],
        own_files={name: Path(file).is_file() for name, file in settings.config.local.models.items()},
    )
