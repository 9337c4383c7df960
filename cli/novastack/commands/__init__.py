"""One file per command of the front door; each exposes the function that typer calls."""
