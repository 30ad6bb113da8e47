"""Where byname is put together: settings, addresses, the server, the embedded database, the commands.

Knows: the environment, and how the pieces start and stop.
Promises: a missing or wrong setting says how to set it.
Never: decides anything about the programme.
"""
