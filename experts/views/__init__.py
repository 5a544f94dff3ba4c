"""What the pages of experts answer: `pages` for everybody, `registration`, `desk` for experts, `letters` without sign-in."""
