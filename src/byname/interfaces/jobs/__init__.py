"""The door of the command line: files brought in, the demo city, measurements, work in the background.

Knows: what an operator may run, and how to tell them what became of it.
Promises: what cannot be done ends in one plain sentence and a non-zero exit.
Never: decides anything: it hands over to the packages below, with the name of the command as who acts.
"""
