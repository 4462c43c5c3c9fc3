"""What pages are made of: a module for each directive, role or step of Sphinx."""
