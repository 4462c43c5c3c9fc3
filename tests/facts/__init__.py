"""The sentences of the book, each with an experiment that would refute it."""
