"""`python -m novastack` is `novastack`."""

from novastack.app import main

main()
