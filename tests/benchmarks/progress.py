"""What a person who waits is told."""


def told(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a program for people, run by hand
