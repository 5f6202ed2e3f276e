"""Forms, a module per room of pages. Errors name the place and the expected form."""
