"""What `doctor` finds out about the web: which search backends are set up and, where the person asked, answer."""

import anyio

from fusion_mcp.cli.doctor.findings import BackendFound, WebFound
from fusion_mcp.ledger import Account, Ledger
from fusion_mcp.settings import Settings
from fusion_mcp.tools.search.backends import Backend
from fusion_mcp.tools.search.failures import BackendError
from fusion_mcp.tools.search.searcher import Searcher

_WITHIN_S = 8.0
_QUERY = "wikipedia"


async def look_at_web(settings: Settings, *, attempt: bool) -> WebFound:
    """Look at every configured backend; with `attempt`, search once with each one that is set up."""
    web = settings.config.web
    async with Searcher(web, settings.key, settings.environ, settings.bare_environ()) as searcher:
        found = {backend.name: _shown(backend, searcher.lack(backend)) for backend in searcher.backends}

        async def ask(backend: Backend) -> None:
            found[backend.name] = found[backend.name].model_copy(update=await _asked(searcher, backend))

        async with anyio.create_task_group() as asking:
            for backend in searcher.backends:
                if attempt and web.enabled and found[backend.name].lacks is None:
                    asking.start_soon(ask, backend)
    return WebFound(
        enabled=web.enabled,
        backends=[found[name] for name in web.search],
        allowed_domains=list(web.allowed_domains),
        excluded_domains=list(web.excluded_domains),
    )


def _shown(backend: Backend, lack: str | None) -> BackendFound:
    return BackendFound(
        name=backend.name,
        title=backend.title,
        key_variable=backend.key_variable,
        lacks=lack,
        answers=None,
        detail=None,
    )


async def _asked(searcher: Searcher, backend: Backend) -> dict[str, object]:
    account = Account(ledger=Ledger(), stage="panel", seat="doctor")  # nobody adds up what a look around costs
    try:
        hits = await searcher.try_one(backend, _QUERY, within=_WITHIN_S, account=account)
    except BackendError as error:
        return {"answers": False, "detail": f"it {error.why}"}
    return {"answers": True, "detail": f"it answers, with {len(hits)} {'result' if len(hits) == 1 else 'results'}"}
