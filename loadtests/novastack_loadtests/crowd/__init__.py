"""The Locust-facing modules: importing `users` or a locustfile imports locust, which patches the whole process."""
