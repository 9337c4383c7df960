"""The reference gateway: one OpenAI-compatible key in, many upstreams out."""
