"""What goes into `collector-CASE.pyz`: standard library only, Python 3.8 and later, one package of plain modules.

Enters: a customer's answers and files, on the customer's own machine. Leaves: one file, encrypted to the vendor.
"""
