# SPDX-License-Identifier: GPL-2.0-or-later
#
# output.py SCHEMA DIR: what commands printed with --json (DIR/N, their arguments in DIR/N.args) against the definition of
# the command; prints what is wrong.
import json, os, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
defs = schema["$defs"]
Draft202012Validator.check_schema(schema)
for name in sorted(n for n in os.listdir(sys.argv[2]) if not n.endswith(".args")):
    path = os.path.join(sys.argv[2], name)
    args = open(path + ".args").read().split("\n")[:-1]
    words = [a for a in args if not a.startswith("-")]
    kind = next((k for k in (" ".join(words[:2]), words[0]) if k in defs), None)
    if kind == "status" and words[1:] and not any(a in args for a in ("--status", "--list", "--stream")): kind = "status SESSION"
    if kind == "report": kind = next(("report " + a for a in args if "report " + a in defs), kind)
    text = open(path).read().strip()
    if kind is None or not text: continue
    validator = Draft202012Validator({"$ref": "#/$defs/" + kind.replace(" ", "%20"), "$defs": defs})
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        text = text[end:].lstrip()
        for e in validator.iter_errors(value): print(kind, e.json_path + ":", e.message[-200:])
