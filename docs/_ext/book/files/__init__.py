"""What the book's files say: samples, transcripts, exercises, and what ran where.

These modules read, and need Python alone: the harness and the tests use them too.
"""
