"""The command line: one module per command group. Parses, calls, prints, exits; decides nothing about evidence."""
