"""Roll-outs: a firmware update of one phone, of many, or of a model, in waves that stop themselves.

`plan` says what would be done, `start` writes it down, `advance` is the job that does it; every
other module is one thing that the job does.
"""
