"""What loads the servers: wrk for short answers, a client in C for streams."""
