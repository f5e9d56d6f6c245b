"""The official Python SDKs against a running product, on every service that is named as an argument.

Prints one JSON object a line: { client, feature, upstream, outcome }, where the outcome is "ok", "refused" (a typed
400, for what the upstream has not) or "FAILED: ..." with what went wrong.
"""

import json
import os
import sys
from typing import Any, Callable

import anthropic
import openai

url = os.environ["SLIPWAY_URL"]
key = os.environ["SLIPWAY_KEY"]
chat = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
claude = anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)

hello = [{"role": "user", "content": "Hello there"}]
parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
chat_tool = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
claude_tool = {"name": "get_weather", "input_schema": parameters}
response_tool = {"type": "function", "name": "get_weather", "parameters": parameters, "strict": False}


def expect(is_true: bool, what: Any) -> None:
    if not is_true:
        raise AssertionError(repr(what))


def chat_answer(model: str) -> None:
    answer = chat.chat.completions.create(model=model, messages=hello)
    expect(bool(answer.choices[0].message.content), answer)
    expect(answer.usage is not None and answer.usage.completion_tokens > 0, answer.usage)


def chat_stream(model: str) -> None:
    with chat.chat.completions.stream(
        model=model, messages=hello, stream_options={"include_usage": True}
    ) as stream:
        for _ in stream:
            pass
        answer = stream.get_final_completion()
    expect(bool(answer.choices[0].message.content), answer)
    expect(answer.usage is not None, answer)


def chat_tools(model: str) -> None:
    answer = chat.chat.completions.create(
        model=model, messages=hello, tools=[chat_tool], tool_choice="required"
    )
    call = answer.choices[0].message.tool_calls[0]
    expect(json.loads(call.function.arguments) == {"city": "Paris"}, call)


def response_answer(model: str) -> None:
    answer = chat.responses.create(model=model, input="Hello there", store=False)
    expect(bool(answer.output_text), answer)


def response_stream(model: str) -> None:
    with chat.responses.stream(model=model, input="Hello there", store=False) as stream:
        for _ in stream:
            pass
        answer = stream.get_final_response()
    expect(bool(answer.output_text) and answer.status == "completed", answer)


def response_tools(model: str) -> None:
    answer = chat.responses.create(model=model, input="Weather?", tools=[response_tool], store=False)
    calls = [item for item in answer.output if item.type == "function_call"]
    expect(json.loads(calls[0].arguments) == {"city": "Paris"}, answer)


def text_of(message) -> str:
    # thoughts that are signed stand before what is said
    return "".join(block.text for block in message.content if block.type == "text")


def message_answer(model: str) -> None:
    message = claude.messages.create(model=model, max_tokens=100, messages=hello)
    expect(text_of(message) != "", message)
    expect(message.stop_reason in ("end_turn", "max_tokens"), message)
    expect(message._request_id is not None, message)


def message_stream(model: str) -> None:
    with claude.messages.stream(model=model, max_tokens=100, messages=hello) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()
    expect(text != "" and text_of(message) == text, message)
    expect(message.usage.output_tokens > 0, message.usage)


def message_tools(model: str) -> None:
    with claude.messages.stream(
        model=model, max_tokens=100, messages=hello, tools=[claude_tool], tool_choice={"type": "any"}
    ) as stream:
        message = stream.get_final_message()
    expect(message.stop_reason == "tool_use", message)
    expect(message.content[-1].input == {"city": "Paris"}, message)


def message_count(model: str) -> None:
    expect(claude.messages.count_tokens(model=model, messages=hello).input_tokens > 0, "no tokens")


def message_errors(model: str) -> None:
    try:
        claude.messages.create(model=f"no-{model}", max_tokens=5, messages=hello)
    except anthropic.NotFoundError as error:
        expect(error.body["error"]["type"] == "not_found_error", error.body)
    else:
        raise AssertionError("an unknown model was answered")
    stranger = anthropic.Anthropic(base_url=url, api_key="sk-slip-wrong", max_retries=0)
    try:
        stranger.messages.create(model=model, max_tokens=5, messages=hello)
    except anthropic.AuthenticationError:
        return
    raise AssertionError("a wrong key was let in")


features: list[tuple[str, str, Callable[[str], None]]] = [
    ("openai · chat", "answer", chat_answer),
    ("openai · chat", "stream", chat_stream),
    ("openai · chat", "tools", chat_tools),
    ("openai · responses", "answer", response_answer),
    ("openai · responses", "stream", response_stream),
    ("openai · responses", "tools", response_tools),
    ("anthropic · messages", "answer", message_answer),
    ("anthropic · messages", "stream", message_stream),
    ("anthropic · messages", "tools", message_tools),
    ("anthropic · messages", "count_tokens", message_count),
    ("anthropic · messages", "errors", message_errors),
]


def outcome_of(check: Callable[[str], None], model: str) -> str:
    try:
        check(model)
        return "ok"
    except (openai.BadRequestError, anthropic.BadRequestError) as error:
        return "refused" if "tool" in str(error) else f"FAILED: {error}"
    except Exception as error:  # noqa: BLE001: whatever it is, it is a cell of the table
        return f"FAILED: {type(error).__name__}: {error}"


for client, feature, check in features:
    for upstream in sys.argv[1:]:
        row = {"client": client, "feature": feature, "upstream": upstream}
        print(json.dumps({**row, "outcome": outcome_of(check, upstream)}, ensure_ascii=False), flush=True)
