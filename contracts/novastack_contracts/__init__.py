"""The judge: rules that any OpenAI-compatible endpoint must keep, each proven able to fail."""
