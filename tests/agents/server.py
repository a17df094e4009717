#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A model server on loopback that plays a script: prints its port, serves until killed.

usage: server.py SCRIPT [LOG]

It speaks Anthropic Messages, OpenAI Responses and chat completions, and Gemini
generateContent, each as a stream and whole.  SCRIPT, read again for each request,
is lines; blank lines and lines that begin with # are left out:

  on REGEXP              the turns below answer a prompt in which this is found
  say TEXT               the final words of the model; \\n is a newline
  run COMMAND            a call of the client's own shell tool
  tool NAME JSON         a call of another tool
  mcp NAME JSON          a call of a tool of a server, by whatever name the client has for it
  question TEXT | OPTION | OPTION
                         a call of the tool with which the client asks a person, if it has one; else the final words
                         "QUESTION: TEXT" with the options, after a paragraph
  verdict approved | rejected REASON
                         a judge's verdict: the tool StructuredOutput if the client
                         has it, else a run of `worker verdict'
  status N [HEADER=VALUE...] [MESSAGE | {BODY}]
                         an error of the API
  too-long               the error that the conversation has no room left
  hang                   no answer
  garbage                an answer that is none of the interface
  drop                   the connection is closed without an answer
  cut TEXT               the connection is closed within the answer
  usage IN OUT           the tokens of the turns that follow (else 120 and 30)
  N times TURN           the turn, N times in all; then it is as if it were not there

The newest prompt of a request that a rule matches, by the first such rule, is
answered; the turn is chosen by the number of the model's responses since that
prompt.  The last one serves all further turns, unless it calls a tool.  A request
without tools (a title, a classifier), after the last turn, or that no rule matches,
gets a constant.  A tool that says
that its command is still running is waited for, which counts as no turn.

LOG gets a line of JSON a request: api, path, rule, turn, played, prompt, model, tools,
responses (of the model so far), key, and the body.
"""
import http.server
import json
import re
import shlex
import sys
import threading

sys.dont_write_bytecode = True
import apis  # noqa: E402

CONSTANT = "Nothing to say."
NOT_SERVED = {"error": {"message": "not served here"}}
QUESTION_TOOLS = ("AskUserQuestion", "ask_user_question")
GARBAGE = b"<html><title>Sign in to the network</title>\x1b[31m\0\xff"
KEYS = ("x-api-key", "x-goog-api-key", "authorization")


def parse(script):
    """The rules of a script: (regexp, turns), a turn being a dictionary."""
    rules, usage = [], [120, 30]
    for number, line in enumerate(script.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        turn = {"usage": usage, "id": number}
        if word.isdigit() and rest.startswith("times "):
            turn["times"] = int(word)
            word, _, rest = rest[len("times "):].partition(" ")
        if word == "on":
            rules.append((rest, []))
            usage = [120, 30]
            continue
        if not rules or word not in ("say", "run", "tool", "mcp", "question", "verdict", "status", "too-long", "hang", "garbage", "drop",
                                     "cut", "usage"):
            sys.exit("line %d of the script: not a turn, or before the first on: %s" % (number, line))
        if word == "usage":
            usage = [int(n) for n in rest.split()]
            continue
        rules[-1][1].append(dict(turn, kind=word, text=rest))
    return rules


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    played = {}
    number = 0
    script, log = "", None

    def log_message(self, *_):
        pass

    def send_json(self, status, value, headers=(), cut=None):
        self.send_bytes(status, "application/json", json.dumps(value).encode(), headers, cut)

    def send_bytes(self, status, kind, data, headers=(), cut=None):
        self.send_response(status)
        for name, text in (("Content-Type", kind), ("Content-Length", str(len(data))), *headers):
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[:len(data) // 2] if cut else data)

    def note(self, **line):
        if self.log:
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()

    def constant(self, body):
        schema = (body.get("generationConfig", {}).get("responseJsonSchema") or
                  body.get("output_config", {}).get("format", {}).get("schema"))
        return {"kind": "say", "text": json.dumps(apis.fill(schema)) if schema else CONSTANT, "usage": [12, 3]}

    def choose(self, api, body, tools):
        """The turn to play, its rule's number and its own, and the prompt."""
        talk = list(api.talk(body))
        prompts = [i for i, (kind, _) in enumerate(talk) if kind == "prompt"]
        newest = talk[prompts[-1]][1] if prompts else ""
        with open(self.script, encoding="utf-8") as f:
            rules = parse(f.read())
        for i in reversed(prompts) if tools else ():
            for which, (regexp, turns) in enumerate(rules):
                if not turns or not re.search(regexp, talk[i][1], re.S):
                    continue
                at = sum(kind == "model" for kind, _ in talk[i:])
                for t in turns:
                    done = self.played.get(t["id"], 0)
                    if done < t.get("times", 0):
                        self.played[t["id"]] = done + 1
                        return t, which, at, talk[i][1]
                turns = [t for t in turns if "times" not in t] or [self.constant(body)]
                turn = turns[min(at, len(turns) - 1)]
                if at >= len(turns) and turn["kind"] in ("run", "tool", "mcp", "question", "verdict"):
                    turn = self.constant(body)
                if talk[-1][0] == "result" and hasattr(api, "wait"):
                    turn = dict(turn, wait=api.wait(body, talk[-1][1]))
                return turn, which, at, talk[i][1]
        return self.constant(body), None, 0, newest

    def call(self, turn, tools):
        """The tool that a turn calls, with its arguments."""
        kind, text = turn["kind"], turn["text"]
        if turn.get("wait"):
            return turn["wait"]
        if kind in ("tool", "mcp"):
            name, _, args = text.partition(" ")
            if kind == "mcp":
                name = next((t for t in tools if t.endswith(name)), None)
            return name and (name, json.loads(args or "{}"))
        if kind == "question":
            name = next((t for t in QUESTION_TOOLS if t in tools), None)
            words, *options = text.split(" | ")
            return name and (name, {"questions": [{"question": words, "header": "Choice", "multiSelect": False, "options": [
                {"label": o, "description": o} for o in options]}]})
        if kind == "verdict" and "StructuredOutput" in tools:
            verdict, _, reason = text.partition(" ")
            return "StructuredOutput", {"verdict": verdict, "reason": reason or "As the script says."}
        if kind == "verdict":
            kind, text = "run", "worker verdict " + " ".join(shlex.quote(w) for w in text.split(" ", 1))
        return apis.shell_call(tools, text) if kind == "run" else None

    def fail(self, api, turn):
        if turn["kind"] == "too-long":
            return self.send_json(400, api.error(400, apis.TOO_LONG[api.name], True))
        words = turn["text"].split(" ")
        status, headers = int(words.pop(0)), []
        while words and re.fullmatch(r"[A-Za-z0-9-]+=\S*", words[0]):
            headers.append(tuple(words.pop(0).split("=", 1)))
        message = " ".join(words) or "as the script says"
        value = json.loads(message) if message.startswith("{") else api.error(status, message, False)
        return self.send_json(status, value, headers)

    def stream(self, events, cut):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(dict(data, type=name) if name else data)
            self.wfile.write(("%sdata: %s\n\n" % ("event: %s\n" % name if name else "", text)).encode())
            self.wfile.flush()
            if cut and json.dumps(cut) in text:
                return

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        api = next((a for a in apis.APIS if re.match(a.path, self.path)), None)
        if api is None:
            self.note(path=self.path, body=raw.decode(errors="replace"))
            if "count_tokens" in self.path or "countTokens" in self.path:
                self.send_json(200, {"input_tokens": 100, "totalTokens": 100})
            else:
                self.send_json(404, NOT_SERVED)
            return
        body = json.loads(raw)
        tools = api.tools(body)
        with self.lock:
            Handler.number += 1
            number = self.number
            turn, which, at, prompt = self.choose(api, body, tools)
            played = "wait" if turn.get("wait") else "%s %s" % (turn["kind"], turn["text"])
            self.note(api=api.name, path=self.path, rule=which, turn=at, played=played, prompt=prompt, model=body.get("model"),
                      tools=list(tools), responses=sum(k == "model" for k, _ in api.talk(body)), body=body,
                      key=next(filter(None, map(self.headers.get, KEYS)), None))
        self.close_connection = self.close_connection or turn["kind"] in ("hang", "drop", "cut")
        if turn["kind"] == "hang":
            self.rfile.read(1)
        elif turn["kind"] in ("status", "too-long"):
            self.fail(api, turn)
        elif turn["kind"] == "garbage":
            self.send_bytes(200, "text/html", GARBAGE)
        elif turn["kind"] != "drop":
            call = self.call(turn, tools)
            text = turn["text"].replace("\\n", "\n") if turn["kind"] in ("say", "cut") else "I have no such tool."
            if turn["kind"] == "question":
                text = "I need to know something.\n\nQUESTION: " + turn["text"].replace(" | ", "\n- ")
            text = "" if call else text
            cut = text if turn["kind"] == "cut" else None
            if api.streams(self.path, body):
                self.stream(api.events(body, number, text, call, turn["usage"]), cut)
                self.close_connection = True
            else:
                self.send_json(200, api.reply(body, number, text, call, turn["usage"]), cut=cut)

    def do_GET(self):
        self.note(path=self.path)
        self.send_json(404, NOT_SERVED)

    do_HEAD = do_GET


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    Handler.script = sys.argv[1]
    with open(Handler.script, encoding="utf-8") as f:
        parse(f.read())
    if len(sys.argv) == 3:
        Handler.log = open(sys.argv[2], "a", encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


main()
