"""When two questions are the same run. Pure."""

import hashlib
import json

from fusion_mcp.pipeline.run import Run


def identity(run: Run) -> str:
    """Name what a run is about: question, context, preset as it stands and limits, and nothing of how it is shown.

    Whoever may read the data folder is one user: it is this user's questions that are compared.
    """
    parts = (
        run.kind,
        run.question,
        run.context,
        run.preset.model_dump(mode="json"),
        run.deadline_s,
        str(run.limit_usd),
        run.web,
        [list(map(list, run.domains.allowed)), list(run.domains.excluded)],
    )
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
