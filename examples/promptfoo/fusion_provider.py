"""Panels as a provider in promptfoo: `id: file://fusion_provider.py` finds this file, and calls its `call_api`."""

from fusion_mcp.frameworks.promptfoo import call_api

__all__ = ["call_api"]
