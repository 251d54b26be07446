"""Marks the assigned exercises: marking.py decides a mark, sandbox/ runs the code, reports/ writes grades."""
