"""The parts of `tests/clients/run`: the server under test, its remote control, the table of clients, the runner."""
