"""The language model that may veto or confirm what the deterministic reviewer lets pass; off until an operator sets it.

Nothing here knows a forge, a token or the store: what it is handed goes to one endpoint, and what comes back counts
only in the form that was asked for. Whatever goes wrong is Unknown, and so for a person.
"""
