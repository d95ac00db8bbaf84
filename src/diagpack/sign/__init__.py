"""SSHSIG, trust store, strict zip container.

Enters: scanned files. Leaves: a signed package; and the way back, verify.
"""
