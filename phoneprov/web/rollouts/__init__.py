"""Screens of roll-outs: firmware for one phone, for many, or for all of a model."""
