"""What all OpenAI-like dialects share: the body, its checks, the reply and the stream. A dialect is a small file beside this folder."""
