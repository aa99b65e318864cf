"""A provider that refuses: a status and a body, read as the calls' code reads them."""

from fusion_mcp.providers.catalog.provider import Provider
from fusion_mcp.providers.chat.failures import classify
from fusion_mcp.providers.refusal import Refusal
from fusion_mcp.types import ModelRef

WORK = Provider(name="work", title="Work", base_url="http://127.0.0.1:1/v1", api_key_env="WORK_API_KEY")


def refused(
    status: int, body: str = "", *, sent: tuple[str, ...] = (), secrets: tuple[str, ...] = (), model: str = "m"
) -> Refusal:
    return classify(WORK, ModelRef("work", model), status, {}, body, sent=sent, secrets=secrets)
