"""The whole program on one page; the only module that knows every room."""
