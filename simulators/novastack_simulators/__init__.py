"""The upstreams, faked faithfully: wire, semantics, timing, failures, and a journal of all that arrived."""
