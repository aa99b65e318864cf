"""Ancestors as the system shows them: real processes, their environment scrubbed, in sessions of their own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from fusion_mcp.guard.ancestry import Process, keeper, marker
from fusion_mcp.lineage import ancestors, has_keepers, is_alive, peer_ancestors
from scripted.keepers import kept

TELLS = """
import sys
from fusion_mcp.guard.ancestry import marker
from fusion_mcp.lineage import ancestors
for line in sys.stdin:
    print(marker(ancestors()), flush=True)
"""

CONNECTS = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.stdin.readline()))) as connection:
    print(connection.getsockname()[1], flush=True)
    sys.stdin.read()
"""

WAITS = "import sys; sys.stdin.read()"


def test_a_process_knows_its_ancestors_the_nearest_first() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE) as child:
        found = ancestors(child.pid)
    assert found[0].pid == os.getpid()
    assert found[0].command
    assert found[1:] == ancestors()
    assert [each.started for each in found] == sorted((each.started for each in found), reverse=True)
    assert len({each.pid for each in found}) == len(found)


def test_no_test_runs_inside_a_fusion_run() -> None:
    assert marker(ancestors()) is None


def test_a_process_below_a_keeper_knows_it_with_a_scrubbed_environment_and_in_another_session(tmp_path: Path) -> None:
    with kept(tmp_path, "-c", TELLS) as below:
        assert below.ask() == f"process ancestry ({below.process.pid})"


def test_a_keeper_that_has_ended_is_no_ancestor_any_more(tmp_path: Path) -> None:
    with kept(tmp_path, "-c", TELLS) as below:
        found = keeper(ancestors(below.child_pid))
        assert found is not None
        assert is_alive(found)
        below.kill()
        assert not is_alive(found)
        assert below.ask() == "None"


def test_a_process_that_is_gone_has_no_ancestors() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE) as child:
        assert ancestors(child.pid)[0].pid == os.getpid()
    assert ancestors(child.pid) == ()
    assert ancestors(2**30) == ()
    assert ancestors(-1) == ()


def test_a_later_process_of_the_same_id_is_another() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdin=subprocess.PIPE) as child:
        parent = ancestors(child.pid)[0]
    assert is_alive(parent)
    assert not is_alive(Process(pid=parent.pid, command=parent.command, started=parent.started - 60))


def test_whoever_holds_the_other_end_of_a_connection_is_known_with_all_its_ancestors(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, kept(tmp_path, "-c", CONNECTS) as below:
        port = int(below.ask(str(server.getsockname()[1])))
        connection, peer = server.accept()
        with connection:
            assert peer[1] == port
            found = peer_ancestors(*peer)
            assert found[0].pid == below.child_pid
            assert marker(found) == f"process ancestry ({below.process.pid})"
            assert peer_ancestors(f"::ffff:{peer[0]}", port) == found


def test_a_connection_of_ones_own_leads_to_oneself_and_to_no_keeper() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as mine:
        found = peer_ancestors(*mine.getsockname())
    assert found[0].pid == os.getpid()
    assert [each.pid for each in found[1:]] == [each.pid for each in ancestors()]
    assert marker(found) is None


def test_an_end_that_nobody_here_holds_belongs_to_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        assert peer_ancestors("127.0.0.2", port) == ()
        assert peer_ancestors("192.0.2.1", port) == ()
        assert peer_ancestors("::1", port) == ()
        assert peer_ancestors("testclient", port) == ()
        assert peer_ancestors(host, 0) == ()


def test_a_keeper_is_found_among_all_processes_while_it_runs(tmp_path: Path) -> None:
    with kept(tmp_path, "-c", WAITS):
        assert has_keepers()
