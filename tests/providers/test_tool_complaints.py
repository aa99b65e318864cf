"""Which complaints mean that a model takes no tools, and which merely speak of them."""

import json

import pytest

from providers.refusing import refused


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "Function calling is not enabled for this model"),
        (400, "`tool calling` is not supported with this model"),
        (400, "This model doesn't support tool use."),
        (400, "This model doesn't support tool use in streaming mode."),
        (400, "litellm.UnsupportedParamsError: ollama does not support parameters: ['tools'], for model=x"),
        (400, "InternalError.Algo.InvalidParameter: The tool call is not supported."),
        (400, "Tool and function calls do not currently support streaming"),
        (400, "deepseek-reasoner does not support Function Calling"),
        (400, "Unrecognized request argument supplied: tools"),
        (400, "Additional properties are not allowed ('tools' was unexpected)"),
        (400, 'json: unknown field "tools"'),
        (400, "tools"),
        (422, "body.tools: Extra inputs are not permitted"),
        (422, "tools[0].type: unexpected value"),
        (404, "No endpoints found that support tool use."),
        (500, "Internal server error: Unsupported tool_call_parser: None"),
        (501, "tools: not implemented"),
    ],
)
def test_a_complaint_of_tools_is_one_however_it_is_put(status: int, said: str) -> None:
    for body in (said, json.dumps({"error": {"message": said}}), json.dumps({"error": said})):
        assert refused(status, body, sent=("tools", "stream")).parameter == "tools"
        assert refused(status, body, sent=("messages",)).parameter is None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "This model's maximum context length is 8192 tokens; tools and functions are not supported beyond it"),
        (400, "Invalid parameter: messages with role 'tool' must be a response to a preceding message"),
        (400, "An assistant message with 'tool_calls' must be followed by tool messages"),
        (400, "Unexpected role 'user' after role 'tool'"),
        (400, "Tool call id was call_x but must be a-z, A-Z, 0-9, with a length of 9."),
        (400, "Not the same number of function calls and responses"),
        (400, "Function call is missing a thought_signature in functionCall parts"),
        (400, "This model does not support image input; see the list of tools"),
        (400, "Images are not supported. Tools and streams may be used."),
        (400, "Request too large: tools, messages and images take 9 MB"),
        (400, "Insufficient balance: tools are not supported on this plan"),
        (401, "tools are not supported"),
        (403, "tools are not supported"),
        (404, "model 'tool-llama' not found, try pulling it first"),
        (429, "tools are not supported"),
        (500, "The tools crashed"),
        (503, "tools are not supported right now"),
    ],
)
def test_a_complaint_of_something_else_refuses_no_tools_that_it_mentions(status: int, said: str) -> None:
    body = json.dumps({"error": {"message": said}})
    assert refused(status, body, sent=("tools",)).parameter is None


@pytest.mark.parametrize("status", [400, 404, 405, 422, 500, 501])
@pytest.mark.parametrize(
    "said",
    [
        "Function calling is not something this model can do, sorry",
        "Tool use is disabled for this deployment",
        "this model does not have tool capability",
        "model lacks function-calling capabilities",
        "Remove `tools` from the body",
        "No parser for tool_choice auto",
        "Invalid schema for function 'web_search'",
        "tooling is off",
    ],
)
def test_a_complaint_that_speaks_of_tools_in_words_of_its_own_may_be_of_them(status: int, said: str) -> None:
    for body in (said, json.dumps({"error": {"message": said}}), json.dumps({"message": "No.", "code": said})):
        refusal = refused(status, body, sent=("tools", "stream"))
        assert refusal.parameter == "tools" or refusal.may_be_of_tools
        assert not refused(status, body, sent=("messages",)).may_be_of_tools


@pytest.mark.parametrize("body", [{"param": "tools.0", "message": "No."}, {"code": "tools_disabled", "message": "No."}])
def test_a_code_or_a_parameter_that_speaks_of_tools_is_enough(body: dict[str, str]) -> None:
    refusal = refused(400, json.dumps({"error": body}), sent=("tools",))
    assert refusal.parameter == "tools" or refusal.may_be_of_tools


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "This model's maximum context length is 8192 tokens, of which tools take 900"),
        (400, "Insufficient balance for tool use"),
        (400, "Incorrect API key for tool use"),
        (400, "Your tool use was flagged by moderation"),
        (400, "Invalid parameter: messages with role 'tool' must be a response to a preceding message"),
        (400, "Unexpected role 'user' after role 'tool'"),
        (400, "Tool call id was call_x but must be a-z, A-Z, 0-9, with a length of 9."),
        (400, "Not the same number of function calls and responses"),
        (400, "Function call is missing a thought_signature in functionCall parts"),
        (400, "messages.2.tool_calls.0.function.arguments: must be an object"),
        (400, "Failed to call a function. Tools are picky."),
        (400, "The model `tooly` does not exist"),
        (404, "model 'tool-llama' not found, try pulling it first"),
        (401, "tool use needs a key"),
        (402, "tool use costs more"),
        (403, "tool use is for others"),
        (429, "too many tools"),
        (503, "tools are having a rest"),
        (400, "The toolbar is broken and malfunctions"),
        (400, "No."),
    ],
)
def test_a_complaint_whose_meaning_is_known_is_not_taken_for_one_of_tools(status: int, said: str) -> None:
    refusal = refused(status, json.dumps({"error": {"message": said}}), sent=("tools",))
    assert not refusal.may_be_of_tools
    assert refusal.parameter is None


def test_a_complaint_that_names_the_messages_is_not_taken_for_one_of_tools() -> None:
    body = json.dumps({"error": {"message": "tool calls are wrong", "param": "messages.[2].tool_calls"}})
    assert not refused(400, body, sent=("tools",)).may_be_of_tools


def test_a_model_whose_name_speaks_of_tools_refuses_none_by_that() -> None:
    body = json.dumps({"error": {"message": "model 'my-tool-model' is not supported"}})
    assert refused(400, body, sent=("tools",), model="My-Tool-Model").parameter is None
    assert not refused(400, body, sent=("tools",), model="My-Tool-Model").may_be_of_tools


@pytest.mark.parametrize(
    ("said", "param", "refuses"),
    [
        ("tools[0].function.name is wrong", "tools[0].function.name", "tools"),
        ("'tool_choice' is not supported", "tool_choice", "tool_choice"),
        ("tool choice 'none' is unknown", None, "tool_choice"),
        ("temperature is not supported together with tools", None, "temperature"),
        ("'none' is no reasoning_effort", "reasoning_effort", None),
    ],
)
def test_tools_and_what_is_said_of_them_are_told_apart(said: str, param: str | None, refuses: str | None) -> None:
    body = json.dumps({"error": {"message": said, "param": param}})
    assert refused(400, body, sent=("tools", "tool_choice", "temperature")).parameter == refuses


def test_reasoning_that_goes_back_is_refused_as_such_also_where_the_messages_are_named() -> None:
    body = json.dumps({"error": {"message": "messages.1.reasoning_content: unknown", "param": "messages"}})
    assert refused(400, body, sent=("echo", "reasoning", "tools")).parameter == "echo"
