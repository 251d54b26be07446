"""The walls: a process that runs a student's code, the box around it, and the channel into it."""
