"""How a client starts the published program: the configuration that all of them understand."""

from typing import TypedDict

from distribution.project import SERVER, Project


class Launch(TypedDict):
    """One entry below `mcpServers`."""

    command: str
    args: list[str]
    env: dict[str, str]


def launch(project: Project, env: dict[str, str]) -> Launch:
    """Start it from the package index, by the name of the distribution: the command's is a stranger's package there."""
    return Launch(command="uvx", args=["--from", project.name, project.command], env=env)


def from_checkout(project: Project, variable: str) -> dict[str, dict[str, Launch]]:
    """Start it from a checkout's environment: the example that people fill in."""
    program = f"/ABSOLUTE/PATH/TO/{project.command}/.venv/bin/{project.command}"
    return {"mcpServers": {SERVER: Launch(command=program, args=[], env={variable: "YOUR-KEY"})}}
