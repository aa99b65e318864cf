"""What programs say of their login, as doctor reads it."""

import pytest

from fusion_mcp.providers.agents.failures import is_of_login


@pytest.mark.parametrize(
    "said",
    ['{"loggedIn": false, "authMethod": "none"}', "Not logged in", "Invalid auth method selected.", "Please log in."],
)
def test_a_program_that_is_not_logged_in_says_so_in_words_of_its_own(said: str) -> None:
    assert is_of_login(said)


@pytest.mark.parametrize("said", ["", '{"loggedIn": true}', "error: unknown command 'auth'", "segmentation fault"])
def test_what_says_nothing_of_a_login_is_no_word_of_it(said: str) -> None:
    assert not is_of_login(said)
