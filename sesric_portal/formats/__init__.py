"""Dates of the admin as the portal's pages write them; what a language does not say here is Django's own."""
