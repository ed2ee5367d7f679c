"""Phones without a desk: simulated phones that boot, register and obey as each vendor's do.

They have their own parsers and their own SIP, and share no code with what writes their configs.
"""
