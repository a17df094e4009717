#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The interfaces of server.py: Messages, Responses, chat completions, generateContent.

talk() reads a request as pairs (kind, text): "prompt" of a person, "model" for a
response, "result" of a tool, "wait" for a call that only waits for a command.
"""
import json
import re

TOO_LONG = {
    "messages": "prompt is too long: 250000 tokens > 200000 maximum",
    "responses": "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "chat": "This model's maximum context length is 128000 tokens. However, your messages resulted in 250000 tokens.",
    "gemini": "The input token count (1250000) exceeds the maximum number of tokens allowed (1048576).",
}
ERRORS = {400: ("invalid_request_error", "INVALID_ARGUMENT"), 401: ("authentication_error", "UNAUTHENTICATED"),
          403: ("permission_error", "PERMISSION_DENIED"), 404: ("not_found_error", "NOT_FOUND"),
          429: ("rate_limit_error", "RESOURCE_EXHAUSTED"), 500: ("api_error", "INTERNAL"),
          529: ("overloaded_error", "UNAVAILABLE")}


def fill(schema, name=""):
    """A value that a JSON schema accepts, as far as clients look."""
    schema = schema or {}
    kind = schema.get("type", "string")
    kind = (kind[0] if isinstance(kind, list) else kind).lower()
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {k: fill(v, k) for k, v in schema.get("properties", {}).items() if k in schema.get("required", [])}
    return {"array": [], "boolean": False, "integer": 1, "number": 1, "null": None}.get(kind, name or "text")


def shell_call(tools, command):
    """The client's shell tool, and its arguments for a command; None where it has none."""
    for name in ("Bash", "bash", "shell_command", "exec_command", "shell", "local_shell", "run_shell_command",
                 "run_terminal_command", "execute_command", "terminal"):
        if name not in tools:
            continue
        properties = tools[name].get("properties", {})
        args = fill(dict(tools[name], type="object"))
        key = next((k for k in ("command", "cmd") if k in properties), "command")
        args[key] = ["bash", "-c", command] if properties.get(key, {}).get("type") == "array" else command
        for key, most in (("timeout", 600000), ("timeout_ms", 600000), ("yield_time_ms", 30000), ("initial_wait", 600)):
            if key in properties:
                args[key] = most
        return name, args
    return None


class Api:
    """How one interface has prompts, responses, tools and replies."""
    name = path = ""

    def streams(self, path, body):
        return bool(body.get("stream"))

    def error(self, status, message, full):
        kind = ERRORS.get(status, ("api_error", ""))[0]
        return {"error": {"message": message, "type": kind, "param": None,
                          "code": "context_length_exceeded" if full else kind}}


class Messages(Api):
    name, path = "messages", r"/v1/messages(\?|$)"

    def tools(self, body):
        return {t["name"]: t.get("input_schema", {}) for t in body.get("tools", []) if "name" in t}

    def talk(self, body):
        for m in body.get("messages", []):
            content = m["content"]
            blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
            text = "\n".join(b.get("text", "") for b in blocks if b.get("type") == "text")
            text = re.sub(r"<system-reminder>.*?</system-reminder>\s*", "", text, flags=re.S)
            if m["role"] == "assistant":
                yield "model", text
            elif any(b.get("type") == "tool_result" for b in blocks):
                yield "result", json.dumps(blocks)
            if m["role"] == "user" and text:  # also beside a result, where a conversation is resumed
                yield "prompt", text

    def reply(self, body, n, text, call, usage):
        content = [{"type": "text", "text": text}] if text else []
        if call:
            content.append({"type": "tool_use", "id": "toolu_%024d" % n, "name": call[0], "input": call[1]})
        return {"id": "msg_%024d" % n, "type": "message", "role": "assistant", "model": body.get("model"),
                "content": content, "stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None,
                "usage": {"input_tokens": usage[0], "cache_creation_input_tokens": 0,
                          "cache_read_input_tokens": 0, "output_tokens": usage[1]}}

    def events(self, body, n, text, call, usage):
        whole = self.reply(body, n, text, call, usage)
        yield "message_start", {"message": dict(whole, content=[], stop_reason=None,
                                                usage=dict(whole["usage"], output_tokens=1))}
        for i, block in enumerate(whole["content"]):
            if block["type"] == "text":
                start, delta = dict(block, text=""), {"type": "text_delta", "text": block["text"]}
            else:
                start, delta = dict(block, input={}), {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            yield "content_block_start", {"index": i, "content_block": start}
            yield "content_block_delta", {"index": i, "delta": delta}
            yield "content_block_stop", {"index": i}
        yield "message_delta", {"delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None},
                                "usage": {"output_tokens": usage[1]}}
        yield "message_stop", {}

    def error(self, status, message, full):
        return {"type": "error", "error": {"type": ERRORS.get(status, ("api_error",))[0], "message": message}}


class Responses(Api):
    name, path = "responses", r"(/v1)?/responses(\?|$)"

    def tools(self, body):
        tools = {}
        for t in body.get("tools", []):
            name = t.get("name", t.get("type"))
            tools[name] = t.get("parameters", {})
            for inner in t.get("tools", []):  # a server's, by "NAMESPACE NAME"
                tools["%s %s" % (name, inner["name"])] = inner.get("parameters", {})
        return tools

    def talk(self, body):
        items = body.get("input", [])
        for i in [{"role": "user", "content": items}] if isinstance(items, str) else items:
            kind, content = i.get("type", "message"), i.get("content") or ""
            text = content if isinstance(content, str) else "\n".join(p.get("text", "") for p in content)
            if kind.endswith("_output"):
                yield "result", json.dumps(i.get("output"))
            elif kind.endswith("_call"):
                yield "wait" if i.get("name") == "write_stdin" else "model", ""
            elif kind == "message" and i.get("role") in ("assistant", "user"):
                yield "model" if i["role"] == "assistant" else "prompt", text

    def wait(self, body, result):
        running = re.search(r"running with session ID (\d+)", result)
        return ("write_stdin", {"session_id": int(running[1]), "chars": "", "yield_time_ms": 30000}) if running else None

    def reply(self, body, n, text, call, usage):
        item = {"type": "message", "id": "msg_%d" % n, "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}]}
        if call:
            namespace, _, name = call[0].rpartition(" ")
            item = {"type": "function_call", "id": "fc_%d" % n, "call_id": "call_%d" % n, "name": name,
                    "arguments": json.dumps(call[1]), "status": "completed"}
            if namespace:
                item["namespace"] = namespace
        return {"id": "resp_%d" % n, "object": "response", "created_at": 1700000000, "status": "completed",
                "model": body.get("model"), "output": [item], "usage": {
                    "input_tokens": usage[0], "input_tokens_details": {"cached_tokens": 0}, "output_tokens": usage[1],
                    "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": sum(usage)}}

    def events(self, body, n, text, call, usage):
        whole = self.reply(body, n, text, call, usage)
        item = whole["output"][0]
        yield "response.created", {"response": dict(whole, status="in_progress", output=[], usage=None)}
        yield "response.output_item.added", {"output_index": 0, "item": dict(
            item, status="in_progress", **({} if call else {"content": []}))}
        if not call:
            yield "response.output_text.delta", {"item_id": item["id"], "output_index": 0, "content_index": 0, "delta": text}
        yield "response.output_item.done", {"output_index": 0, "item": item}
        yield "response.completed", {"response": whole}


class Chat(Api):
    name, path = "chat", r"(/v1)?/chat/completions(\?|$)"

    def tools(self, body):
        return {t["function"]["name"]: t["function"].get("parameters", {}) for t in body.get("tools", []) if "function" in t}

    def talk(self, body):
        for m in body.get("messages", []):
            content = m.get("content") or ""
            text = content if isinstance(content, str) else "\n".join(p.get("text", "") for p in content)
            kind = {"user": "prompt", "assistant": "model", "tool": "result"}.get(m["role"])
            if kind:
                yield kind, text

    def message(self, n, text, call):
        return {"role": "assistant", "content": text} if not call else {"role": "assistant", "content": None, "tool_calls": [{
            "index": 0, "id": "call_%d" % n, "type": "function",
            "function": {"name": call[0], "arguments": json.dumps(call[1])}}]}

    def reply(self, body, n, text, call, usage):
        return {"id": "chatcmpl-%d" % n, "object": "chat.completion", "created": 1700000000, "model": body.get("model"),
                "choices": [{"index": 0, "message": self.message(n, text, call),
                             "finish_reason": "tool_calls" if call else "stop"}],
                "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}}

    def events(self, body, n, text, call, usage):
        whole = dict(self.reply(body, n, text, call, usage), object="chat.completion.chunk")
        counts = whole.pop("usage")
        finish = whole["choices"][0]["finish_reason"]
        for delta, end in ((self.message(n, text, call), None), ({}, finish)):
            yield None, dict(whole, choices=[{"index": 0, "delta": delta, "finish_reason": end}])
        yield None, dict(whole, choices=[], usage=counts)
        yield None, "[DONE]"


class Gemini(Api):
    name, path = "gemini", r"/v1[a-z0-9]*/models/[^:]+:(stream)?[gG]enerateContent"

    def streams(self, path, body):
        return ":stream" in path

    def tools(self, body):
        return {f["name"]: f.get("parametersJsonSchema") or f.get("parameters") or {}
                for t in body.get("tools", []) for f in t.get("functionDeclarations", [])}

    def talk(self, body):
        for c in body.get("contents", []):
            parts = c.get("parts", [])
            if c.get("role") == "model":
                yield "model", ""
            elif any("functionResponse" in p for p in parts):
                yield "result", json.dumps(parts)
            else:
                yield "prompt", "\n".join(p.get("text", "") for p in parts)

    def reply(self, body, n, text, call, usage):
        part = {"functionCall": {"name": call[0], "args": call[1]}} if call else {"text": text}
        return {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
                "usageMetadata": {"promptTokenCount": usage[0], "candidatesTokenCount": usage[1], "totalTokenCount": sum(usage)},
                "modelVersion": "mock", "responseId": "r%d" % n}

    def events(self, body, n, text, call, usage):
        whole = self.reply(body, n, text, call, usage)
        answer = dict(whole["candidates"][0])
        del answer["finishReason"]
        yield None, dict(whole, candidates=[answer])
        yield None, dict(whole, candidates=[{"content": {"role": "model", "parts": []}, "finishReason": "STOP", "index": 0}])

    def error(self, status, message, full):
        return {"error": {"code": status, "message": message, "status": ERRORS.get(status, ("", "UNKNOWN"))[1]}}


APIS = [Messages(), Responses(), Chat(), Gemini()]
