"""What may stand below a live run and ask again: an agent program, a gateway, a proxy, and the doors that they use."""

from scripted.below.proxy import Proxy
from scripted.below.scene import CALLS, Gateway, Plan, Scene, Told

__all__ = ["CALLS", "Gateway", "Plan", "Proxy", "Scene", "Told"]
