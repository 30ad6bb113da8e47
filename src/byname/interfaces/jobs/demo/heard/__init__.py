"""What the demo city's residents told their officers: three hundred invented concerns at every stage.

They are raised, answered, published and closed through the actions of `concerns`, each at its time in the past, so
that threads, ledger and figures agree. Nobody in them is real; nothing here writes a row by itself, and no letter of
the past is sent.
"""

from byname.interfaces.jobs.demo.heard.load import load

__all__ = ["load"]
