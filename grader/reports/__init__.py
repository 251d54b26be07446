"""What leaves the grader: grades for an LMS, feedback pages, marks for nbgrader."""
