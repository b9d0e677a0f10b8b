"""What the questions of bench/ share: servers, load, the machine, reports."""
