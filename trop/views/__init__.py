"""What the pages of TROP answer: `pages` for everybody, `joining`, `panel` for the people of member institutions."""
