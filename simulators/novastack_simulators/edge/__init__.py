"""Where bytes meet the network: the protocol, its ASGI twin, and the Reply that both give to a handler."""
