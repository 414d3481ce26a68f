"""Rows for the desk, as lines of JSON: python rows.py > rows.jsonl"""

import json

STORY = "the parcel from our shop came late and one box was broken so please send another"

words = STORY.split()
for n in range(60):
    message = f"{' '.join(words[k % len(words)] for k in range(n, n + 6))} {n}"
    print(json.dumps({"inputs": {"message": message}, "expected": {"answer": message.upper()}}))
