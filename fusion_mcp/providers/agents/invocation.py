"""How an agent is run for one question: its command, its input, its files and its whole environment. Pure.

What differs from agent to agent is data (agents.toml); which variables it is given is `surroundings`.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from fusion_mcp.providers.agents.borrowing import borrowed_args, borrowed_files, chooses_service
from fusion_mcp.providers.agents.surroundings import surroundings
from fusion_mcp.providers.catalog.agent import Agent
from fusion_mcp.types import ChatRequest, Message, NativeWeb

DEFAULT_MODEL = "default"
"""The model's name that leaves the choice to the program."""

_COMMANDS = ("/", "!", "#")
"""With these begins what is no question to one program or another, but a command."""
_OPENING = "What you are asked:"
_SYSTEM_FILE = "system.md"
_SCHEMA_FILE = "schema.json"
_HOME = "home"
_NAMES = "model|folder|effort|schema|schema_file|system_file|web_tools|web_search|web_fetch"
_PLACEHOLDER = re.compile(r"\{(" + _NAMES + r")\}")


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One command as it is run, in an empty folder of its own.

    `works_in` says where below it, '' for there. `files` are written first: relative names and their texts. `links` are
    files of the person's own that are to be seen there, where they exist: relative names and their paths. `environ` is
    the whole environment.
    """

    command: tuple[str, ...]
    stdin: str
    works_in: str = ""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    environ: Mapping[str, str] = field(repr=False)


def invocation(
    agent: Agent,
    model: str,
    request: ChatRequest,
    *,
    environ: Mapping[str, str],
    key: str | None,
    folder: str,
    settings: str = "",
) -> Invocation:
    """Say how to ask `model` of this agent. `environ` is our own whole environment; little of it is handed on.

    `key` is the API key that the person chose to give, None for the agent's own login. `folder` is the empty folder in
    which it will run. `settings` is the text of its own settings file, of which some may go along: see `borrowing`.
    """
    web = granted(agent, request.native_web)
    words = _words(model, request, web, agent, folder)
    args = _args(agent, model, request, has_web=bool(web))
    is_default = model == DEFAULT_MODEL
    borrowed = borrowed_args(agent.borrows, settings, with_model=is_default) if agent.borrows else ()
    given = (*args, *agent.files.values(), *agent.environ.values())
    takes_system = any("{system_file}" in text for text in given)
    own = {name: _filled(text, words) for name, text in agent.environ.items()}
    if agent.home_as:
        own[agent.home_as] = str(PurePath(folder, _HOME))
    if key and agent.key_as:
        own[agent.key_as] = key
    service = _service(agent, environ, key)
    return Invocation(
        # What is borrowed is not filled: braces in a person's settings are no placeholders of ours.
        command=(*(_filled(arg, words) for arg in (*agent.command, *args)), *borrowed),
        stdin=_conversation(agent, request.messages, with_system=not takes_system),
        works_in=agent.works_in,
        files={
            **{name: _filled(text, _escaped(words) if _is_json(name) else words) for name, text in agent.files.items()},
            **(borrowed_files(agent.borrows, settings, has_key=bool(key)) if agent.borrows else {}),
            **({_SYSTEM_FILE: _harmless(agent, _system(request.messages))} if takes_system else {}),
            **({_SCHEMA_FILE: words["schema"]} if any("{schema_file}" in text for text in given) else {}),
        },
        links=_links(agent, environ),
        environ=surroundings(environ, passed=(*agent.passed, *service), own=own, folder=folder),
    )


def is_elsewhere(agent: Agent, environ: Mapping[str, str], key: str | None, settings: str) -> bool:
    """Whether the person has chosen another service for an agent than its own: then its calls are on no plan."""
    handed_on = {*agent.passed, *_service(agent, environ, key)}
    named = any(environ.get(name) for name in (*agent.service, *agent.keys) if name in handed_on)
    return named or (agent.borrows is not None and chooses_service(agent.borrows, settings))


def granted(agent: Agent, web: NativeWeb | None) -> tuple[str, ...]:
    """Name the web tools, in the agent's own words, that it gets where a preset asks for `web`; () for none.

    No agent can be held to domains for certain, so where there are any it gets none.
    """
    if web is None or agent.web_args is None or web.is_limited:
        return ()
    names = agent.web_tools or {tool: tool for tool in web.tools}
    return tuple(names[tool] for tool in web.tools if tool in names)


def _links(agent: Agent, environ: Mapping[str, str]) -> dict[str, str]:
    """Say what of the person's home is seen in the one that the agent gets."""
    own = environ.get(agent.home_as, "") if agent.home_as else ""
    home = own or environ.get("HOME") or environ.get("USERPROFILE") or ""
    return {f"{_HOME}/{name}": str(PurePath(home, name)) for name in agent.linked} if home else {}


def _service(agent: Agent, environ: Mapping[str, str], key: str | None) -> tuple[str, ...]:
    """Name the variables that say where its service is, unless the key for that is kept from it.

    It would go there with the login that it has, which is another service's.
    """
    kept = any(environ.get(name) for name in agent.keys if name not in agent.passed)
    return agent.service if key or not kept else ()


def _args(agent: Agent, model: str, request: ChatRequest, *, has_web: bool) -> tuple[str, ...]:
    return (
        *agent.args,
        *(agent.model_args if model != DEFAULT_MODEL else ()),
        *(agent.system_args if _system(request.messages) else ()),
        *(agent.schema_args if request.json_schema is not None else ()),
        *(agent.effort_args if request.reasoning is not None else ()),
        *((agent.web_args or ()) if has_web else agent.offline_args),
    )


def _words(model: str, request: ChatRequest, web: Collection[str], agent: Agent, folder: str) -> dict[str, str]:
    """What stands for each placeholder; one that has no meaning in this request stands for nothing."""
    effort = request.reasoning or ""
    return {
        "model": model,
        "folder": folder,
        "effort": agent.efforts.get(effort, effort),
        "schema": "" if request.json_schema is None else json.dumps(dict(request.json_schema), ensure_ascii=False),
        "schema_file": str(PurePath(folder, _SCHEMA_FILE)),
        "system_file": str(PurePath(folder, _SYSTEM_FILE)),
        "web_tools": ",".join(web),
        **{tool: "allow" if agent.web_tools.get(tool, tool) in web else "deny" for tool in ("web_search", "web_fetch")},
    }


def _is_json(name: str) -> bool:
    return name.endswith(".json")


def _filled(text: str, words: Mapping[str, str]) -> str:
    """Replace placeholders in one go, so that what is put in is never taken for one; other braces stay."""
    return _PLACEHOLDER.sub(lambda found: words[found[1]], text)


def _escaped(words: Mapping[str, str]) -> dict[str, str]:
    """Spell words for a JSON file, where they stand in strings; the schema is JSON already."""
    return {name: word if name == "schema" else json.dumps(word)[1:-1] for name, word in words.items()}


def _system(messages: Iterable[Message]) -> str:
    return "\n\n".join(message.content for message in messages if message.role == "system")


def _harmless(agent: Agent, words: str) -> str:
    """Write words so that they are nothing but words to the program: it has commands of its own, and so has a shell."""
    for sign, written in agent.escapes.items():
        words = words.replace(sign, written)
    return f"{_OPENING}\n\n{words}" if words.lstrip()[:1] in _COMMANDS else words


def _conversation(agent: Agent, messages: tuple[Message, ...], *, with_system: bool) -> str:
    """Write a conversation as one text: a question as it is, several turns under the names of their speakers."""
    turns = [message for message in messages if message.role != "system"]
    is_question = all(turn.role == "user" for turn in turns)
    spoken = (turn.content if is_question else f"{turn.role.capitalize()}:\n{turn.content}" for turn in turns)
    system = [text for text in [_system(messages)] if with_system and text]
    return _harmless(agent, "\n\n".join([*system, *spoken]))
