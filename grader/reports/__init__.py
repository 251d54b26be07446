"""What the grader gives back: grades for an LMS, feedback pages, marks for nbgrader."""
