"""A small world written for the demonstration: sources, a server that publishes them, a mailbox, and a configuration.

Everything in it is invented: outlets, events and quotations. `.example` addresses belong to nobody (RFC 2606).
"""
