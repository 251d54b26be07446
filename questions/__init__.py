"""The question bank: one bilingual source for the quizzes of the pages, the banks of an LMS and printed tests."""
