# SPDX-License-Identifier: GPL-2.0-or-later
#
# validate.py SCHEMAS DIR: every record below DIR against its schema; prints what is wrong,
# and last the kinds of records that were there.
import json, os, sys
from jsonschema import Draft202012Validator
schemas, home = sys.argv[1:]
names = {n[:-12]: Draft202012Validator(json.load(open(os.path.join(schemas, n)))) for n in os.listdir(schemas)}
seen = {}
for d, _, files in os.walk(home):
    for f in files:
        kind = f[:-5] if f.endswith(".json") else None
        if os.path.basename(d) == "answers": kind = "answer" if kind else None
        if kind not in names: continue
        record = json.load(open(os.path.join(d, f)))
        if record.get("version") != 1: continue
        errors = [e.json_path + ": " + e.message for e in names[kind].iter_errors(record)]
        if kind == "config": errors += [e.json_path + ": " + e.message for e in names["settings"].iter_errors(record["settings"])]
        seen[kind] = seen.get(kind, 0) + 1
        for e in errors: print(os.path.join(d, f), e)
print(" ".join(sorted(seen)))
