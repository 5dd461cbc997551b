"""Reads settings such as `name,key=value`, and decides what a client may choose."""
