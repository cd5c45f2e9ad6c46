"""The console's pages, a module for each entry of the menu."""
