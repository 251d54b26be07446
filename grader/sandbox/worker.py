"""Runs inside the sandbox and holds a student's functions; it never sees a test or what is expected.

A student's code can change everything in this process, so nothing here decides a mark: the process is asked
for values and replies with values, which `channel` checks again on the other side.
"""

import contextlib
import os
import resource
import sys

sys.path.append(sys.argv[1])  # the folder that holds NumPy alone
import cells
import channel

LIMITS = {"AS": 1 << 30, "FSIZE": 16 << 20, "NOFILE": 64, "CORE": 0, "NPROC": 0}


class Undefined(Exception):
    """The notebook does not define the function that the tests ask for."""


def reply(message, notebook, objects):
    """The reply to one message of the other side."""
    op, printed = message["op"], cells.Captured()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), cells.limited(message["seconds"]):
        if op == "cell":
            return {"problems": notebook.problems_of(message["source"]), "printed": printed.text}
        args = [channel.decode(arg) for arg in message["args"]]
        name = message["name"]
        if op != "method" and name not in notebook.names:
            raise Undefined
        function = getattr(objects[message["handle"]], name) if op == "method" else notebook.names[name]
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
    notebook, objects = cells.Notebook(), []
    replies.write(channel.pack({"id": 0}))
    replies.flush()
    while head := requests.read(channel.HEAD.size):
        message = channel.unpack(requests.read(channel.HEAD.unpack(head)[0]))
        try:
            frame = channel.pack({"id": message["id"], **reply(message, notebook, objects)})
        except BaseException as problem:
            frame = channel.pack({"id": message["id"], "error": type(problem).__name__[:40]})
        replies.write(frame)
        replies.flush()


if __name__ == "__main__":
    main()
