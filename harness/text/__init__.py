"""Text that people read: numbers, choices, mistakes, last words; pure functions."""
