"""Publishers: one module each, ending in PUBLISHER. Enters: a verified package. Leaves: a receipt."""
