"""What the pages of institutions answer: `pages` for everybody, `registration`, `desk` for their representatives."""
