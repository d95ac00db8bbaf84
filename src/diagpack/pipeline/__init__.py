"""The whole program; the only package that knows every room.

`run` is collect on one page; `delivery` files a package; `standalone` reads single files without a case; `cases` keeps
a case; `demo` shows it all on a built-in case.
"""
