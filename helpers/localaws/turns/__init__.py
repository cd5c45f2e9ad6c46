"""Whose turn it is: the clock that all wait by, the gate to the state, and the floor to compute.

Imports nothing of the other rooms: all of them wait here.
"""
