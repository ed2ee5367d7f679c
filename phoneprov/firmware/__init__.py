"""Firmware: the library of images, whose turn it is to take one, and how the images go out."""
