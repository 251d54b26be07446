"""Runs inside the sandbox and holds a student's functions; it never sees a test or what is expected.

A student's code can change everything in this process, so nothing here decides a mark: the process is asked
for values and replies with values, which `channel` checks again on the other side.
"""

import ast
import contextlib
import io
import os
import resource
import sys

sys.path.append(sys.argv[1])  # the folder that holds NumPy alone
import channel
import numpy as np

LIMITS = {"AS": 1 << 30, "CPU": 60, "FSIZE": 16 << 20, "NOFILE": 64, "CORE": 0, "NPROC": 0}


class Captured(io.TextIOBase):
    """What a cell prints, up to 2,000 characters."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += str(text)[: 2000 - len(self.text)]
        return len(text)


def run_cell(source, namespace):
    """Run a cell statement by statement: one that fails does not hide the functions below it."""
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass" if line.lstrip().startswith(("%", "!")) else line
        for line in source.splitlines()
    ]  # commands of IPython mean nothing here
    try:
        statements = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        return [f"line {getattr(problem, 'lineno', '?')}: {type(problem).__name__}: {problem}"]
    problems = []
    for statement in statements:
        try:
            exec(compile(ast.Module([statement], []), "<cell>", "exec"), namespace)
        except BaseException as problem:
            problems.append(f"line {statement.lineno}: {type(problem).__name__}: {problem}"[:500])
    return problems


def reply(message, namespace, objects):
    """The reply to one message of the other side."""
    op = message["op"]
    if op == "cell":
        printed = Captured()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            problems = run_cell(message["source"], namespace)
        return {"problems": problems[:20], "printed": printed.text}
    args = [channel.decode(arg) for arg in message["args"]]
    name = message["name"]
    function = getattr(objects[message["handle"]], name) if op == "method" else namespace[name]
    with contextlib.redirect_stdout(Captured()):
        value = function(*args)
    if op == "new":
        objects.append(value)
        value = len(objects) - 1
    return {"value": channel.encode(value)}


def main():
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    for name, limit in LIMITS.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    namespace, objects = {"__name__": "__main__", "np": np}, []
    replies.write(channel.pack({"id": 0}))
    replies.flush()
    while head := requests.read(channel.HEAD.size):
        message = channel.unpack(requests.read(channel.HEAD.unpack(head)[0]))
        try:
            frame = channel.pack({"id": message["id"], **reply(message, namespace, objects)})
        except BaseException as problem:
            frame = channel.pack({"id": message["id"], "error": type(problem).__name__[:40]})
        replies.write(frame)
        replies.flush()


if __name__ == "__main__":
    main()
