"""Real work of an interpreter: parses and compiles its own library, JSON, expressions, sorting, hashing. Runs for ever."""

import ast
import glob
import hashlib
import json
import os
import re
import threading
import zlib

SOURCES = sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), "*.py")))[:60]


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def names(text):
    return sorted(
        (node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)),
        key=lambda name: (len(name), name),
    )


def rounds():
    while True:
        for path in SOURCES:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
            found = names(text)
            compile(text, path, "exec")
            words = re.findall(r"\b[a-z_]+\b", text)
            json.loads(json.dumps({"names": found, "words": words[:1000]}))
            hashlib.sha256(zlib.compress(text.encode())).hexdigest()
            try:
                fibonacci(14) + json.loads("{")
            except ValueError:
                pass


threading.Thread(target=rounds, daemon=True).start()
rounds()
