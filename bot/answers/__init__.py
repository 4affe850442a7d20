"""One module for each kind of Question that answers it."""
