"""Where a student's code runs: its process, the box around the process, and the channel into it."""
