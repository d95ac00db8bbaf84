"""Five whole cases, from the customer's files to the signed package."""
