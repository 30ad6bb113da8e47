"""The connection that waits in the pool for the next request."""

import select
from typing import Any

import psycopg


class Connection(psycopg.Connection[Any]):
    """A psycopg connection that tells from its socket, without asking the server, that nobody has closed it.

    The pool asks each connection an empty question before it gives it out: a round trip a request, for one connection
    in millions that broke meanwhile. A server that goes away closes the socket or says so on it, and then there is
    something to read: only then is the question really asked, and it fails. A server that vanished without a word
    would not have answered the question either; tcp_user_timeout ends that.
    """

    def execute(self, query: Any, params: Any = None, **how: Any) -> psycopg.Cursor[Any]:
        """As psycopg's own; the empty question is answered here while nothing stands to be read."""
        if query == "" and not self.closed:
            at_hand = select.poll()
            at_hand.register(self.fileno(), select.POLLIN)
            if not at_hand.poll(0):
                return self.cursor()
        return super().execute(query, params, **how)
